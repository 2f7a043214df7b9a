//! Files that people write by hand for a command: TOML, or JSON where the name ends in `.json`. Errors name line and column.

use std::path::Path;

use serde::de::DeserializeOwned;

use super::Failure;

/// Reads one.
pub(super) fn read<T: DeserializeOwned>(path: &Path) -> Result<T, Failure> {
    let text = std::fs::read_to_string(path).map_err(|error| Failure::file(path, &error))?;
    parse(path, &text)
}

/// The content of one; the path says which form it has.
pub(super) fn parse<T: DeserializeOwned>(path: &Path, text: &str) -> Result<T, Failure> {
    let json = path
        .extension()
        .is_some_and(|ending| ending.eq_ignore_ascii_case("json"));
    let wrong = |error: &dyn std::fmt::Display| {
        Failure::new(
            "INVALID_ARGUMENT",
            "INVALID",
            format!(
                "文件 {} 有误 the file is wrong: {}",
                path.display(),
                error.to_string().trim_end()
            ),
            "改正后重试, 用 --help 查看各项的写法 correct it and try again; see --help for the fields",
        )
    };
    if json {
        serde_json::from_str(text).map_err(|error| wrong(&error))
    } else {
        toml::from_str(text).map_err(|error| wrong(&error))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use serde::Deserialize;

    use super::read;

    #[derive(Debug, Deserialize, PartialEq)]
    #[serde(deny_unknown_fields)]
    struct Two {
        theme: String,
        present: Vec<String>,
    }

    #[test]
    fn both_forms_are_read_and_what_is_wrong_is_told_with_its_place() {
        let folder = tempfile::tempdir().unwrap();
        let written = |name: &str, text: &str| {
            let path = folder.path().join(name);
            std::fs::write(&path, text).unwrap();
            read::<Two>(&path)
        };
        let good = Two {
            theme: "学习".to_owned(),
            present: vec!["all".to_owned()],
        };
        let toml = written("a.toml", "theme = \"学习\"\npresent = [\"all\"]\n").unwrap();
        let json = written("a.JSON", r#"{"theme": "学习", "present": ["all"]}"#).unwrap();
        assert_eq!((&toml, &json), (&good, &good));
        for (name, text) in [
            (
                "b.toml",
                "theme = \"学习\"\npresent = [\"all\"]\ntheem = 1\n",
            ),
            (
                "b.json",
                "{\"theme\": \"学习\",\n\"present\": [],\n\"theem\": 1}",
            ),
        ] {
            let wrong = written(name, text).unwrap_err().message;
            assert!(
                wrong.contains("line 3") && wrong.contains("theem"),
                "{wrong}"
            );
        }
    }
}
