//! Progress bars for long work. On stderr, only where a person looks.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::{io::Io, wiring::Told};

/// A bar that counts entries or bytes; gone when dropped.
pub(super) struct Bar(ProgressBar);

impl Bar {
    pub(super) fn new(io: &Io) -> Self {
        let target = if io.progress {
            ProgressDrawTarget::stderr()
        } else {
            ProgressDrawTarget::hidden()
        };
        let bar = ProgressBar::with_draw_target(Some(0), target);
        if let Ok(style) =
            ProgressStyle::with_template("{msg} {wide_bar} {pos}/{len} {per_sec} {eta}")
        {
            bar.set_style(style);
        }
        Self(bar)
    }

    pub(super) fn set(&self, done: u64, all: u64, what: &str) {
        self.0.set_length(all.max(done));
        self.0.set_position(done);
        self.0.set_message(what.to_owned());
    }
}

/// A bar for what is done before there is an office to ask. It appears with the first count: an opening mostly has nothing to count.
pub(super) fn told(io: &Io, what: String) -> Told {
    let bar = Bar::new(io);
    Box::new(move |done, all| bar.set(done, all, &what))
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
