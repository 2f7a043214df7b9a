//! Where a node or a gateway can be dialled.

use std::{fmt, str::FromStr};

use thiserror::Error;

/// Longest host name (RFC 1035), in bytes.
const HOST_LIMIT: usize = 253;

/// Text that is not host:port.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
#[error(
    "地址格式不符: {0:?}; 应为 主机:端口 write it as host:port, for example node.example.cn:7443 or [2001:db8::1]:7443"
)]
pub struct EndpointError(String);

/// A host (name or address) and a port to dial.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Endpoint {
    host: String,
    port: u16,
}

impl Endpoint {
    /// The host as it is resolved: a name or an address, without the brackets of IPv6.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The port.
    pub const fn port(&self) -> u16 {
        self.port
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.host.contains(':') {
            write!(f, "[{}]:{}", self.host, self.port)
        } else {
            write!(f, "{}:{}", self.host, self.port)
        }
    }
}

impl FromStr for Endpoint {
    type Err = EndpointError;

    fn from_str(text: &str) -> Result<Self, EndpointError> {
        let malformed = || EndpointError(text.chars().take(80).collect());
        let (host, port) = text.rsplit_once(':').ok_or_else(malformed)?;
        let bracketed = host
            .strip_prefix('[')
            .and_then(|host| host.strip_suffix(']'));
        let well_formed = match bracketed {
            Some(address) => address.parse::<std::net::Ipv6Addr>().is_ok(),
            None => host
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_')),
        };
        let host = bracketed.unwrap_or(host);
        let number = port.parse::<u16>().ok().filter(|number| *number != 0);
        match number {
            // A port with a sign or leading zeros would be a second spelling.
            Some(number)
                if well_formed
                    && !host.is_empty()
                    && host.len() <= HOST_LIMIT
                    && number.to_string() == port =>
            {
                Ok(Self {
                    host: host.to_owned(),
                    port: number,
                })
            }
            _ => Err(malformed()),
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn names_and_both_kinds_of_address() {
        for text in [
            "node.example.cn:7443",
            "127.0.0.1:1",
            "[::1]:65535",
            "localhost:80",
        ] {
            assert_eq!(text.parse::<Endpoint>().unwrap().to_string(), text);
        }
        assert_eq!("[::1]:9".parse::<Endpoint>().unwrap().host(), "::1");
    }

    #[test]
    fn anything_else_is_refused() {
        for text in [
            "",
            ":1",
            "host",
            "host:",
            "host:0",
            "host:+1",
            "host:01",
            "host:65536",
            "::1:80",
            "[::1]",
            "a b:1",
            "http://a:1",
            "[name]:1",
            "主机:1",
            "a\n:1",
        ] {
            assert!(text.parse::<Endpoint>().is_err(), "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn what_reads_prints_the_same(text in "[a-z0-9.:\\[\\]-]{0,12}:[0-9]{1,5}") {
            if let Ok(endpoint) = text.parse::<Endpoint>() {
                let again = endpoint.to_string().parse::<Endpoint>();
                prop_assert_eq!(again, Ok(endpoint));
            }
        }
    }
}
