//! WebDriver BiDi, as far as the tests need it of Firefox: what chromedriver answers by its own commands (the console, the
//! exact size of the page's area, scripts that run before a page's own).
//!
//! It is JSON over a WebSocket (RFC 6455), of which this has the few lines that a client of a browser on this machine
//! needs: text, in frames of any size, no extensions.

use anyhow::{Context, Result, bail, ensure};
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{self, Receiver};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

/// Longer than any command takes that is given here.
const PATIENCE: Duration = Duration::from_secs(60);

/// The kinds of frames that a browser sends.
const CONTINUED: u8 = 0;
const TEXT: u8 = 1;
const CLOSE: u8 = 8;
const PING: u8 = 9;
const PONG: u8 = 10;

/// A connection to a browser.
#[derive(Debug)]
pub struct Bidi {
    socket: TcpStream,
    answers: Mutex<Receiver<Value>>,
    /// What pages wrote to their console and was not asked for yet.
    console: Arc<Mutex<Vec<String>>>,
    last_id: AtomicU64,
}

impl Bidi {
    /// Connects to the address that the driver gave, `ws://127.0.0.1:port/session/…`, and listens to the console.
    ///
    /// # Errors
    /// If nobody answers there.
    pub fn connect(address: &str) -> Result<Self> {
        let rest = address.strip_prefix("ws://").with_context(|| format!("{address} is no address of a WebSocket"))?;
        let (host, path) = rest.split_once('/').context("an address with a path")?;
        let mut socket = TcpStream::connect(host).with_context(|| format!("nobody answers at {address}"))?;
        // The key only has to be 16 bytes; it guards against caches, of which there are none on this machine.
        let hello = format!(
            "GET /{path} HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
             Sec-WebSocket-Key: Z3JhZGllbnQtbGFiLTAwMQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
        );
        socket.write_all(hello.as_bytes())?;
        let mut reader = BufReader::new(socket.try_clone()?);
        let mut line = String::new();
        reader.read_line(&mut line)?;
        ensure!(line.contains(" 101 "), "the browser refuses a WebSocket: {line}");
        while line.trim() != "" {
            line.clear();
            ensure!(reader.read_line(&mut line)? > 0, "the browser ended in the middle of its headers");
        }

        let (sender, answers) = mpsc::channel();
        let console = Arc::new(Mutex::new(Vec::new()));
        let (heard, pongs) = (Arc::clone(&console), socket.try_clone()?);
        thread::spawn(move || {
            // It ends with the browser.
            while let Ok(Some(message)) = next_message(&mut reader, &pongs) {
                if !message["id"].is_null() {
                    let _ = sender.send(message);
                } else if message["method"] == "log.entryAdded" {
                    heard.lock().expect("no thread fails here").push(line_of(&message["params"]));
                }
            }
        });
        let bidi = Self { socket, answers: Mutex::new(answers), console, last_id: AtomicU64::new(0) };
        bidi.command("session.subscribe", json!({ "events": ["log.entryAdded"] }))?;
        Ok(bidi)
    }

    /// Gives a command and returns its result.
    ///
    /// # Errors
    /// If the browser refuses or does not answer.
    pub fn command(&self, method: &str, parameters: Value) -> Result<Value> {
        let id = self.last_id.fetch_add(1, Ordering::Relaxed) + 1;
        let message = json!({ "id": id, "method": method, "params": parameters }).to_string();
        (&self.socket).write_all(&frame(TEXT, message.as_bytes()))?;
        let answers = self.answers.lock().expect("no thread fails here");
        loop {
            let mut answer =
                answers.recv_timeout(PATIENCE).with_context(|| format!("no answer from the browser to {method}"))?;
            // One that came too late is nobody's.
            if answer["id"] != json!(id) {
                continue;
            }
            if answer["type"] == "error" {
                bail!("{method}: {}", answer["message"].as_str().unwrap_or_default());
            }
            return Ok(answer["result"].take());
        }
    }

    /// What pages wrote to the console since the last call, one line each with its level, as chromedriver names it.
    #[must_use]
    pub fn console(&self) -> Vec<String> {
        std::mem::take(&mut *self.console.lock().expect("no thread fails here"))
    }
}

/// An entry of the console in a line.
fn line_of(entry: &Value) -> String {
    let level = match entry["level"].as_str().unwrap_or_default() {
        "error" => "SEVERE",
        "warn" => "WARNING",
        "info" => "INFO",
        _ => "DEBUG",
    };
    let frames = entry["stackTrace"]["callFrames"].as_array().map_or(&[][..], Vec::as_slice);
    let place = frames.first().and_then(|frame| Some(format!("{}:{} ", frame["url"].as_str()?, frame["lineNumber"])));
    // Where it came from, which chromedriver tells too.
    let functions = frames.iter().filter_map(|frame| frame["functionName"].as_str()).filter(|name| !name.is_empty());
    let way = functions.map(|name| format!(" < {name}")).collect::<String>();
    format!("{level}: {}{}{way}", place.unwrap_or_default(), entry["text"].as_str().unwrap_or_default())
}

/// What a client's messages are masked by. It guards against caches on the way, of which there are none here; but Firefox
/// closes the connection on one that changes nothing.
const MASK: [u8; 4] = *b"mask";

/// A message from a client: one frame.
fn frame(kind: u8, payload: &[u8]) -> Vec<u8> {
    const LAST: u8 = 0x80;
    const MASKED: u8 = 0x80;
    let mut frame = vec![LAST | kind];
    match payload.len() {
        length @ 0..126 => frame.push(MASKED | length as u8),
        length @ 126..65536 => {
            frame.push(MASKED | 126);
            frame.extend((length as u16).to_be_bytes());
        }
        length => {
            frame.push(MASKED | 127);
            frame.extend((length as u64).to_be_bytes());
        }
    }
    frame.extend(MASK);
    frame.extend(payload.iter().zip(MASK.iter().cycle()).map(|(byte, mask)| byte ^ mask));
    frame
}

/// The next message from the browser; `None` after its last.
fn next_message(reader: &mut impl Read, mut pongs: impl Write) -> Result<Option<Value>> {
    let mut message = Vec::new();
    loop {
        let mut head = [0; 2];
        reader.read_exact(&mut head)?;
        let (is_last, kind) = (head[0] & 0x80 != 0, head[0] & 0x0f);
        let length = match head[1] & 0x7f {
            126 => {
                let mut length = [0; 2];
                reader.read_exact(&mut length)?;
                u64::from(u16::from_be_bytes(length))
            }
            127 => {
                let mut length = [0; 8];
                reader.read_exact(&mut length)?;
                u64::from_be_bytes(length)
            }
            length => u64::from(length),
        };
        let mut payload = Vec::new();
        reader.take(length).read_to_end(&mut payload)?;
        match kind {
            CLOSE => return Ok(None),
            PING => pongs.write_all(&frame(PONG, &payload))?,
            CONTINUED | TEXT => {
                message.extend(payload);
                if is_last {
                    return Ok(Some(serde_json::from_slice(&message)?));
                }
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_of_every_size_are_read_as_they_were_written() {
        for size in [0, 1, 125, 126, 65_535, 65_536, 200_000] {
            let text = json!("x".repeat(size)).to_string();
            let mut sent = frame(TEXT, text.as_bytes());
            // A browser masks nothing: without the bit, and without the four bytes before what is sent.
            sent[1] &= 0x7f;
            let start = sent.len() - text.len();
            sent.truncate(start - 4);
            sent.extend(text.as_bytes());
            let message = next_message(&mut sent.as_slice(), Vec::new()).unwrap().unwrap();
            assert_eq!(message.as_str().unwrap().len(), size);
        }
    }

    #[test]
    fn a_message_in_pieces_is_joined_and_a_ping_between_them_answered() {
        let mut pongs = Vec::new();
        let sent = [&[TEXT, 3][..], b"{\"a", &[0x80 | PING, 1, b'!'], &[0x80 | CONTINUED, 4], b"\":1}"].concat();
        let message = next_message(&mut sent.as_slice(), &mut pongs).unwrap().unwrap();
        assert_eq!(message, json!({ "a": 1 }));
        assert_eq!(pongs, frame(PONG, b"!"));
    }

    #[test]
    fn an_entry_of_the_console_reads_as_chromedrivers() {
        let frame = json!({ "url": "http://a/b.js", "lineNumber": 3, "functionName": "f" });
        let entry = json!({ "level": "error", "text": "no", "stackTrace": { "callFrames": [frame] } });
        assert_eq!(line_of(&entry), "SEVERE: http://a/b.js:3 no < f");
        assert_eq!(line_of(&json!({ "level": "warn", "text": "hm" })), "WARNING: hm");
    }
}
