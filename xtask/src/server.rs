//! A static file server, as plain as the hosts that the page must run on.

use anyhow::{Result, anyhow};
use std::fs::File;
use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use tiny_http::{Header, Method, Request, Response};

/// A browser opens about this many connections to one host.
const THREADS: usize = 6;

/// Serves a folder on a free port of this machine until it is dropped.
pub struct Server {
    url: String,
    server: Arc<tiny_http::Server>,
    requests: Arc<Mutex<Vec<String>>>,
    threads: Vec<JoinHandle<()>>,
}

impl Server {
    /// Serves `folder` under `base`, a path that begins and ends with `/`; all else is not found. Browsers may keep files
    /// for `max_age_secs` without asking again.
    ///
    /// # Errors
    /// If no port can be opened.
    pub fn start(folder: &Path, base: &str, max_age_secs: u32) -> Result<Self> {
        let server =
            tiny_http::Server::http((Ipv4Addr::LOCALHOST, 0)).map_err(|error| anyhow!("no server: {error}"))?;
        let address = server.server_addr().to_ip().ok_or_else(|| anyhow!("the server has no address"))?;
        let server = Arc::new(server);
        let requests = Arc::new(Mutex::new(Vec::new()));
        let threads = (0..THREADS)
            .map(|_| {
                let (server, requests) = (Arc::clone(&server), Arc::clone(&requests));
                let (folder, base) = (folder.to_owned(), base.to_owned());
                thread::spawn(move || {
                    // `recv` ends with an error when the server is dropped.
                    while let Ok(request) = server.recv() {
                        requests
                            .lock()
                            .expect("no thread fails while it notes a request")
                            .push(request.url().to_owned());
                        // A browser that went away meanwhile is no fault of the server.
                        let _ = answer(request, &folder, &base, max_age_secs);
                    }
                })
            })
            .collect();
        Ok(Self { url: format!("http://{address}{base}"), server, requests, threads })
    }

    /// The address of the folder's index.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// What was asked for so far, path and query.
    #[must_use]
    pub fn requests(&self) -> Vec<String> {
        self.requests.lock().expect("no thread fails while it notes a request").clone()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        for _ in &self.threads {
            self.server.unblock();
        }
        for thread in self.threads.drain(..) {
            let _ = thread.join();
        }
    }
}

fn answer(request: Request, folder: &Path, base: &str, max_age_secs: u32) -> std::io::Result<()> {
    if !matches!(request.method(), Method::Get | Method::Head) {
        return request.respond(Response::empty(405));
    }
    let Some(path) = file_of(request.url(), folder, base) else {
        return request.respond(Response::from_string("not found").with_status_code(404));
    };
    let Ok(file) = File::open(&path) else {
        return request.respond(Response::from_string("not found").with_status_code(404));
    };
    let caching = match max_age_secs {
        0 => "no-cache".to_owned(),
        seconds => format!("max-age={seconds}"),
    };
    request.respond(
        Response::from_file(file)
            .with_header(header("Content-Type", content_type(&path)))
            .with_header(header("Cache-Control", &caching)),
    )
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

fn header(name: &str, value: &str) -> Header {
    Header::from_bytes(name, value).expect("header values of this server are plain ASCII")
}

#[cfg(test)]
mod tests {
    use super::*;

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
