//! A static file server, as plain as the hosts that the page must run on.
//!
//! Its own few lines of HTTP: GET of a file, one request a connection, a thread each.

use crate::sizes::gzipped;
use anyhow::{Context, Result};
use std::collections::HashMap;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

/// Serves a folder on a free port of this machine until it is dropped.
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    site: Arc<Site>,
    listener: Option<JoinHandle<()>>,
}

/// A line as slow as a visitor's. All that is sent shares it.
#[derive(Debug)]
pub struct Line {
    /// From a request to the beginning of its answer.
    pub latency: Duration,
    /// What passes through it.
    pub bits_per_second: f64,
    /// When what was put on it so far will have passed.
    busy_until: Mutex<Option<Instant>>,
}

impl Line {
    /// A line that is free.
    #[must_use]
    pub fn new(latency: Duration, bits_per_second: f64) -> Self {
        Self { latency, bits_per_second, busy_until: Mutex::new(None) }
    }

    /// Waits until so many bytes have passed, behind what others have put on the line.
    fn pass(&self, bytes: usize) {
        let passed = {
            let mut busy_until = self.busy_until.lock().expect("no thread fails while it holds the line");
            let now = Instant::now();
            let passed =
                busy_until.unwrap_or(now).max(now) + Duration::from_secs_f64(bytes as f64 * 8.0 / self.bits_per_second);
            *busy_until = Some(passed);
            passed
        };
        thread::sleep(passed.saturating_duration_since(Instant::now()));
    }
}

/// How many bytes are put on a slow line at once.
const PACKET: usize = 8 << 10;

#[derive(Debug)]
struct Site {
    folder: PathBuf,
    base: String,
    headers: String,
    requests: Mutex<Vec<String>>,
    closed: AtomicBool,
    /// A slow line, and the files gzipped beforehand: the time that takes is no visitor's.
    line: Option<(Line, HashMap<PathBuf, Vec<u8>>)>,
}

impl Server {
    /// Serves `folder` under `base`, a path that begins and ends with `/`; all else is not found. `headers` (name, value)
    /// go with every answer; without any, browsers ask again for every file that they keep.
    ///
    /// # Errors
    /// If no port can be opened.
    pub fn start(folder: &Path, base: &str, headers: &[(&str, &str)]) -> Result<Self> {
        Self::start_on(None, folder, base, headers)
    }

    /// The same behind a line of some speed, on which files travel gzipped as hosts send them.
    ///
    /// # Errors
    /// If no port can be opened.
    pub fn start_on(line: Option<Line>, folder: &Path, base: &str, headers: &[(&str, &str)]) -> Result<Self> {
        let line = match line {
            Some(line) => {
                let files = crate::sizes::files(folder)?.into_iter();
                let gzipped = files.map(|file| Ok((file.clone(), gzipped(&fs::read(file)?)?)));
                Some((line, gzipped.collect::<Result<HashMap<_, _>>>()?))
            }
            None => None,
        };
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("no port for a server")?;
        let address = listener.local_addr()?;
        let headers = if headers.is_empty() { &[("Cache-Control", "no-cache")] } else { headers };
        let site = Arc::new(Site {
            folder: folder.to_owned(),
            base: base.to_owned(),
            headers: headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect(),
            requests: Mutex::default(),
            closed: AtomicBool::new(false),
            line,
        });
        let served = Arc::clone(&site);
        let listener = thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                if served.is_closed() {
                    break;
                }
                let site = Arc::clone(&served);
                // A browser that goes away meanwhile is no fault of the server.
                thread::spawn(move || site.answer(stream).ok());
            }
        });
        Ok(Self { address, site, listener: Some(listener) })
    }

    /// The address of the folder's index.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}{}", self.address, self.site.base)
    }

    /// What was asked for so far, path and query, in the order in which it was asked for.
    #[must_use]
    pub fn requests(&self) -> Vec<String> {
        self.site.noted_requests().clone()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.site.closed.store(true, Ordering::SeqCst);
        // The listener looks up when someone calls.
        let _ = TcpStream::connect(self.address);
        if let Some(listener) = self.listener.take() {
            let _ = listener.join();
        }
    }
}

impl Site {
    fn is_closed(&self) -> bool {
        self.closed.load(Ordering::SeqCst)
    }

    fn noted_requests(&self) -> std::sync::MutexGuard<'_, Vec<String>> {
        self.requests.lock().expect("no thread fails while it notes a request")
    }

    fn answer(&self, mut stream: TcpStream) -> std::io::Result<()> {
        let mut lines = BufReader::new(stream.try_clone()?).lines();
        let Some(request) = lines.next().transpose()? else {
            return Ok(());
        };
        // The head ends with an empty line; nothing in it changes the answer.
        while lines.next().transpose()?.is_some_and(|line| !line.is_empty()) {}
        // A connection may have been opened early, and used only after the server was closed.
        if self.is_closed() {
            return Ok(());
        }

        let mut words = request.split(' ');
        let (method, url) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
        self.noted_requests().push(url.to_owned());
        let file = file_of(url, &self.folder, &self.base).filter(|_| method == "GET");
        let is_gzipped = self.line.is_some() && file.is_some();
        let (status, content_type, body) = match file {
            Some(file) => {
                let ready = self.line.as_ref().and_then(|(_, gzipped)| gzipped.get(&file).cloned());
                let body = ready.map_or_else(|| fs::read(&file), Ok)?;
                ("200 OK", content_type(&file), body)
            }
            None => ("404 Not Found", "text/plain; charset=utf-8", b"not found".to_vec()),
        };
        let encoding = if is_gzipped { "Content-Encoding: gzip\r\n" } else { "" };
        if let Some((line, _)) = &self.line {
            thread::sleep(line.latency);
        }
        write!(
            stream,
            "HTTP/1.1 {status}\r\nContent-Type: {content_type}\r\nContent-Length: {}\r\n\
             {encoding}{}Connection: close\r\n\r\n",
            body.len(),
            self.headers
        )?;
        let Some((line, _)) = &self.line else { return stream.write_all(&body) };
        for packet in body.chunks(PACKET) {
            line.pass(packet.len());
            stream.write_all(packet)?;
        }
        Ok(())
    }
}

/// The file that a URL names, if it lies in the folder.
fn file_of(url: &str, folder: &Path, base: &str) -> Option<PathBuf> {
    let path = url.split(['?', '#']).next()?.strip_prefix(base)?;
    if path.split(['/', '\\']).any(|part| part == "..") || path.contains(':') {
        return None;
    }
    let file = folder.join(path.trim_start_matches('/'));
    let file = if file.is_dir() { file.join("index.html") } else { file };
    file.is_file().then_some(file)
}

fn content_type(path: &Path) -> &'static str {
    match path.extension().and_then(|end| end.to_str()) {
        Some("html") => "text/html; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("js" | "mjs") => "text/javascript; charset=utf-8",
        Some("json") => "application/json",
        Some("wasm") => "application/wasm",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("txt") => "text/plain; charset=utf-8",
        Some("webmanifest") => "application/manifest+json",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_that_is_sent_shares_the_line() {
        let line = Line::new(Duration::ZERO, 8e6);
        let started = Instant::now();
        thread::scope(|scope| {
            scope.spawn(|| line.pass(20_000));
            scope.spawn(|| line.pass(20_000));
        });
        // 40,000 bytes at a million bytes a second.
        assert!(started.elapsed() >= Duration::from_millis(40));
    }

    #[test]
    fn only_files_below_the_base_and_in_the_folder_are_served() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
        let manifest = Some(folder.join("Cargo.toml"));
        assert_eq!(file_of("/some/course/Cargo.toml", folder, "/some/course/"), manifest);
        assert_eq!(file_of("/some/course/Cargo.toml?v=1", folder, "/some/course/"), manifest);
        assert_eq!(file_of("/Cargo.toml", folder, "/some/course/"), None);
        assert_eq!(file_of("/some/course/../Cargo.toml", folder, "/some/course/"), None);
        assert_eq!(file_of("/some/course/src/../../Cargo.toml", folder, "/some/course/"), None);
        assert_eq!(file_of("/some/course/none", folder, "/some/course/"), None);
    }
}
