//! What stands on paper or on a screen, and somebody scans or types: certificates, forms, codes.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use bytes::Bytes;
use hongyan_node::form::Paper;
use hongyan_proto::{
    letter::{Card, FormCode, FormSlip},
    pb::exchange::v1 as pb,
};
use prost::Message;

use super::key;

fn plain(text: &str) -> String {
    text.chars().filter(|sign| !sign.is_whitespace()).collect()
}

/// The electronic form of a certificate, as its holder shows it.
pub(super) fn card(bytes: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return false;
    };
    match Card::parse(text) {
        Ok(card) => {
            assert_eq!(card.to_text(), plain(text), "a card has one spelling");
            true
        }
        Err(_) => false,
    }
}

fn sign(domain: &str, content: &impl Message) -> Bytes {
    let signed = [domain.as_bytes(), &content.encode_to_vec()].concat();
    Bytes::copy_from_slice(&key().sign(&signed))
}

fn line(prefix: &str, message: &impl Message) -> String {
    format!(
        "{prefix}{}",
        URL_SAFE_NO_PAD.encode(message.encode_to_vec())
    )
}

/// What a certificate's electronic form says, with the key and its signature made right.
pub(super) fn card_content(bytes: &[u8]) -> bool {
    let Ok(mut content) = pb::CertificateCardContent::decode(bytes) else {
        return false;
    };
    content.key = Bytes::copy_from_slice(key().public().as_bytes());
    let whole = pb::CertificateCard {
        signature: sign("hongyan/certificate-card/v1\n", &content),
        content: Some(content),
    };
    card(line("hongyan-card1:", &whole).as_bytes())
}

/// A printed form: its code, its QR text, or the page as a file.
pub(super) fn paper(bytes: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return false;
    };
    let Ok(paper) = Paper::read(text) else {
        return false;
    };
    match &paper {
        Paper::Code(code) => assert_eq!(FormCode::parse(&code.to_string()), Ok(*code)),
        Paper::Slip(slip) => assert_eq!(slip.to_text(), plain(text), "a slip has one spelling"),
        Paper::Page { slip, .. } => {
            assert_eq!(
                FormSlip::parse(&slip.to_text()).ok().as_ref(),
                Some(&**slip)
            );
        }
    }
    true
}

/// What the QR text of a form says, with the key and its signature made right.
pub(super) fn slip_content(bytes: &[u8]) -> bool {
    let Ok(mut content) = pb::FormSlipContent::decode(bytes) else {
        return false;
    };
    content.key = Bytes::copy_from_slice(key().public().as_bytes());
    let whole = pb::FormSlip {
        signature: sign("hongyan/form-slip/v1\n", &content),
        content: Some(content),
    };
    paper(line("hongyan-form1:", &whole).as_bytes())
}
