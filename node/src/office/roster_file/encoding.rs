//! From bytes to text: UTF-8 with or without its mark, UTF-16 with it, else GB 18030, which Chinese spreadsheets write by default.

use encoding_rs::{BIG5, Encoding, GB18030, UTF_8};

/// The first bytes of the container that old and encrypted workbooks share.
const COMPOUND: &[u8] = &[0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1];

/// The text, or what the file is instead and what to do.
pub(super) fn decode(content: &[u8]) -> Result<String, String> {
    if content.starts_with(COMPOUND) {
        return Err(compound(content).to_owned());
    }
    let (encoding, mark) = Encoding::for_bom(content).unwrap_or_else(|| {
        let utf8 = std::str::from_utf8(content).is_ok();
        (if utf8 { UTF_8 } else { GB18030 }, 0)
    });
    let text = encoding
        .decode_without_bom_handling_and_without_replacement(&content[mark..])
        .ok_or_else(|| {
            "文字编码无法识别: 不是 UTF-8 也不是 GB18030; 请用表格软件另存为 XLSX  the encoding is unknown, neither UTF-8 nor GB 18030: save it as XLSX".to_owned()
        })?;
    if text.contains('\0') {
        return Err(
            "这不是文本文件; 请另存为 XLSX 或 CSV  this is no text: save it as XLSX or CSV"
                .to_owned(),
        );
    }
    let start: String = text.trim_start().chars().take(9).collect();
    let start = start.to_ascii_lowercase();
    if ["<html", "<!doctype", "<table", "<?xml"]
        .iter()
        .any(|tag| start.starts_with(tag))
    {
        return Err(
            "这是网页或 XML 格式 (虽名为 .xls); 请用表格软件打开并另存为 XLSX  this is a web page or XML, whatever its name says: open it and save it as XLSX".to_owned(),
        );
    }
    Ok(text.into_owned())
}

/// Was it written in Big5? Read as GB 18030 such a file is text as well, and none of its titles is known.
pub(super) fn is_big5(content: &[u8]) -> bool {
    let text = BIG5.decode_without_bom_handling_and_without_replacement(content);
    std::str::from_utf8(content).is_err() && text.is_some_and(|text| text.contains("姓名"))
}

fn compound(content: &[u8]) -> &'static str {
    let name: Vec<u8> = "EncryptedPackage"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    if content.windows(name.len()).any(|part| part == name) {
        "工作簿已加密; 请用口令打开, 取消“用密码进行加密”后另存 the workbook is encrypted: open it with its password, take the password off and save it"
    } else {
        "这是旧版 .xls 或 .et 工作簿; 请用表格软件打开并另存为 .xlsx  this is an old .xls or .et workbook: open it and save it as .xlsx"
    }
}
