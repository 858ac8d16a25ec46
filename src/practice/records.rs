//! Lines as in a zone file (RFC 1035 §5.1), as far as mail needs them: `NAME [TTL] TYPE DATA`.

use hickory_resolver::proto::rr::rdata::name::{CNAME, NS, PTR};
use hickory_resolver::proto::rr::rdata::{A, AAAA, MX, SOA, SRV, TLSA, TXT};
use hickory_resolver::proto::rr::{Name, RData, Record};

/// Seconds, where a line gives none.
const TTL: u32 = 300;

/// One line as a record; `None` for an empty line or a comment.
pub(super) fn record(line: &str, zone: &str) -> Result<Option<Record>, String> {
    let words = words(line)?;
    let mut rest = words.iter().map(String::as_str);
    let Some(name) = rest.next() else { return Ok(None) };
    let mut rtype = rest.next().ok_or("a type is missing")?;
    let mut ttl = TTL;
    if let Ok(seconds) = rtype.parse() {
        ttl = seconds;
        rtype = rest.next().ok_or("a type is missing")?;
    }
    let data: Vec<&str> = rest.collect();
    Ok(Some(Record::from_rdata(absolute(name, zone)?, ttl, rdata(rtype, &data, zone)?)))
}

/// A name, below the zone unless it ends in a dot; `@` is the zone itself.
pub(super) fn absolute(name: &str, zone: &str) -> Result<Name, String> {
    let full = match name {
        "@" => format!("{zone}."),
        name if name.ends_with('.') => name.to_owned(),
        name => format!("{name}.{zone}."),
    };
    Name::from_ascii(&full).map_err(|e| format!("{full}: {e}"))
}

fn rdata(rtype: &str, data: &[&str], zone: &str) -> Result<RData, String> {
    let name = |text: &str| absolute(text, zone);
    Ok(match (rtype, data) {
        ("A", [ip]) => RData::A(A(ip.parse().map_err(|e| format!("{ip}: {e}"))?)),
        ("AAAA", [ip]) => RData::AAAA(AAAA(ip.parse().map_err(|e| format!("{ip}: {e}"))?)),
        ("MX", [preference, host]) => RData::MX(MX::new(number(preference)?, name(host)?)),
        ("TXT", [_, ..]) if data.iter().all(|s| s.len() <= 255) => {
            RData::TXT(TXT::new(data.iter().map(|&s| s.to_owned()).collect()))
        }
        ("TXT", _) => return Err("TXT takes one string or more of at most 255 octets".to_owned()),
        ("CNAME", [host]) => RData::CNAME(CNAME(name(host)?)),
        ("PTR", [host]) => RData::PTR(PTR(name(host)?)),
        ("NS", [host]) => RData::NS(NS(name(host)?)),
        ("SOA", [mname, rname, serial, refresh, retry, expire, minimum]) => RData::SOA(SOA::new(
            name(mname)?,
            name(rname)?,
            number(serial)?,
            number(refresh)?,
            number(retry)?,
            number(expire)?,
            number(minimum)?,
        )),
        ("SRV", [priority, weight, port, host]) => {
            RData::SRV(SRV::new(number(priority)?, number(weight)?, number(port)?, name(host)?))
        }
        ("TLSA", [usage, selector, matching, hex]) => {
            let (usage, selector, matching) = (number::<u8>(usage)?, number::<u8>(selector)?, number::<u8>(matching)?);
            RData::TLSA(TLSA::new(usage.into(), selector.into(), matching.into(), octets(hex)?))
        }
        ("A" | "AAAA" | "MX" | "CNAME" | "PTR" | "NS" | "SOA" | "SRV" | "TLSA", _) => {
            return Err(format!("{rtype} does not take {} values", data.len()));
        }
        _ => return Err(format!("{rtype} is not a type known here: A AAAA MX TXT CNAME PTR NS SOA SRV TLSA")),
    })
}

fn octets(hex: &str) -> Result<Vec<u8>, String> {
    let pair = |at| hex.get(at..at + 2).and_then(|two| u8::from_str_radix(two, 16).ok());
    (0..hex.len()).step_by(2).map(|at| pair(at).ok_or_else(|| format!("{hex} is not hexadecimal"))).collect()
}

fn number<T: std::str::FromStr>(text: &str) -> Result<T, String> {
    text.parse().map_err(|_| format!("{text} is not a number that fits"))
}

/// The words of a line, quoted ones whole, up to a comment.
fn words(line: &str) -> Result<Vec<String>, String> {
    let mut words = Vec::new();
    let mut chars = line.chars().peekable();
    while let Some(&c) = chars.peek() {
        match c {
            ';' => break,
            c if c.is_whitespace() => {
                chars.next();
            }
            '"' => {
                chars.next();
                let mut word = String::new();
                loop {
                    match chars.next() {
                        Some('"') => break,
                        Some('\\') => word.extend(chars.next()),
                        Some(c) => word.push(c),
                        None => return Err("a quote is not closed".to_owned()),
                    }
                }
                words.push(word);
            }
            _ => {
                let mut word = String::new();
                while let Some(c) = chars.next_if(|c| !c.is_whitespace() && *c != ';') {
                    word.push(c);
                }
                words.push(word);
            }
        }
    }
    Ok(words)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(line: &str) -> String {
        record(line, "example.org").unwrap().unwrap().to_string()
    }

    #[test]
    fn names_without_a_dot_lie_below_the_zone() {
        assert_eq!(shown("@ MX 10 mx1"), "example.org. 300 IN MX 10 mx1.example.org.");
        assert_eq!(shown("@ MX 0 ."), "example.org. 300 IN MX 0 .");
        assert_eq!(shown("www 60 CNAME web.example.com."), "www.example.org. 60 IN CNAME web.example.com.");
    }

    #[test]
    fn a_quoted_semicolon_is_text_and_a_bare_one_a_comment() {
        let record = record(r#"@ TXT "v=DMARC1; p=none" "a\"b" ; why"#, "example.org").unwrap().unwrap();
        let RData::TXT(txt) = &record.data else { panic!("not TXT: {record}") };
        let strings: Vec<&[u8]> = txt.txt_data.iter().map(AsRef::as_ref).collect();
        assert_eq!(strings, [&b"v=DMARC1; p=none"[..], b"a\"b"]);
    }

    #[test]
    fn what_is_wrong_with_a_line_is_said() {
        for (line, says) in [
            ("mx1 A 192.0.2.256", "192.0.2.256"),
            ("@ MX mx1", "MX does not take 1 values"),
            ("@ SPF x", "not a type known here"),
            ("@ TXT \"open", "not closed"),
            ("@", "a type is missing"),
        ] {
            let error = record(line, "example.org").unwrap_err();
            assert!(error.contains(says), "{line}: {error}");
        }
    }

    #[test]
    fn empty_lines_and_comments_are_passed_over() {
        assert!(record("", "example.org").unwrap().is_none());
        assert!(record("  ; only a remark", "example.org").unwrap().is_none());
    }
}
