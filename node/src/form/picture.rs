//! A text as a QR code, drawn into the page itself.

use std::fmt::Write as _;

use qrcode::{Color, QrCode};

/// White squares around the code, as its standard asks for.
const QUIET: usize = 4;

/// An SVG of digits and a few letters, so that a page may hold it unescaped. Empty for a text too long for any QR code.
pub fn picture(text: &str) -> String {
    let Ok(code) = QrCode::new(text.as_bytes()) else {
        return String::new();
    };
    let width = code.width();
    let mut path = String::new();
    for (row, colors) in code.to_colors().chunks(width).enumerate() {
        let mut at = 0;
        while at < width {
            let dark = colors[at..]
                .iter()
                .take_while(|color| **color == Color::Dark)
                .count();
            if dark > 0 {
                // One stroke for neighbours: a printer leaves no hair lines between them. Writing into a String cannot fail.
                let _ = write!(path, "M{} {}h{dark}v1h-{dark}z", at + QUIET, row + QUIET);
            }
            at += dark.max(1);
        }
    }
    let side = width + 2 * QUIET;
    format!(
        "<svg viewBox=\"0 0 {side} {side}\" shape-rendering=\"crispEdges\"><path d=\"{path}\"/></svg>"
    )
}
