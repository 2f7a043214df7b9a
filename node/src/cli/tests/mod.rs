//! The command line as people and programs meet it.
#![allow(clippy::unwrap_used)]

mod api;
mod shape;
mod text;

use std::{
    io::{self, Cursor, Write},
    sync::{Arc, Mutex},
};

use clap::Parser as _;
use hongyan_proto::time::Timestamp;
use tonic::service::Routes;

use super::{Failure, Io, Office, Wiring, args::Cli, session::Ended};

/// 2026-07-01 in China.
const NOW: Timestamp = Timestamp::from_millis(1_782_835_200_000);

/// A stream whose content can be looked at afterwards.
#[derive(Clone, Default)]
struct Sheet(Arc<Mutex<Vec<u8>>>);

impl Sheet {
    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

impl Write for Sheet {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Streams for a test: what was said, and to whom.
fn paper(input: &str, can_ask: bool, json: bool) -> (Io, Sheet, Sheet) {
    let (out, err) = (Sheet::default(), Sheet::default());
    let io = Io {
        out: Box::new(out.clone()),
        err: Box::new(err.clone()),
        input: Box::new(Cursor::new(input.to_owned())),
        can_ask,
        colour: false,
        progress: false,
        json,
    };
    (io, out, err)
}

/// A wiring whose in-process office has these services, and which can do nothing else.
fn wiring(routes: &Routes) -> Wiring {
    let routes = routes.clone();
    let absent = || Failure::new("UNIMPLEMENTED", "ABSENT", "not in this test", "");
    Wiring {
        open_office: Box::new(move |_| {
            let routes = routes.clone();
            Box::pin(async {
                Ok(Office {
                    routes,
                    close: Box::pin(async {}),
                })
            })
        }),
        init: Box::new(move |_| Box::pin(async move { Err(absent()) })),
        serve: Box::new(move |_| Box::pin(async move { Err(absent()) })),
        restore: Box::new(move |_| Box::pin(async move { Err(absent()) })),
        now: Arc::new(|| NOW),
    }
}

/// Runs one command line; what it said on standard output, and how it ended.
async fn run(
    line: &[&str],
    wiring: &Wiring,
    folder: &std::path::Path,
) -> (String, Result<Ended, Failure>) {
    let data = folder.to_str().unwrap();
    let head = ["hongyan-node", "--data", data, "--actor", "李干事"];
    let cli = Cli::try_parse_from(head.iter().chain(line)).unwrap();
    let (mut io, out, _) = paper("", false, cli.global.json);
    let ended = super::speak(cli.command, &cli.global, wiring, &mut io).await;
    (out.text(), ended)
}
