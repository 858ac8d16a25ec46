//! What the rules of a packet filter say of a port on its way out. Text in, rules out: nothing is read or run here.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use super::aims::{Aim, aim, range};

/// The program whose words they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tool {
    Ufw,
    /// Direct rules of firewalld.
    Firewalld,
    Nft,
    Iptables,
    Ip6tables,
    Pf,
}

impl Tool {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Ufw => "ufw",
            Self::Firewalld => "firewalld",
            Self::Nft => "nft",
            Self::Iptables => "iptables",
            Self::Ip6tables => "ip6tables",
            Self::Pf => "pf",
        }
    }

    /// What prints its rules, and changes nothing.
    pub(super) fn command(self) -> &'static [&'static str] {
        match self {
            Self::Ufw => &["ufw", "status"],
            Self::Firewalld => &["firewall-cmd", "--direct", "--get-all-rules"],
            Self::Nft => &["nft", "list", "ruleset"],
            Self::Iptables => &["iptables", "-w", "1", "-S"],
            Self::Ip6tables => &["ip6tables", "-w", "1", "-S"],
            Self::Pf => &["pfctl", "-sr"],
        }
    }
}

/// A rule that keeps calls from leaving.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Block {
    /// As it is written.
    pub(super) rule: String,
    /// Whether it hits whoever is called.
    pub(super) everybody: bool,
}

/// The rules that keep calls to that port of one of those addresses from leaving.
pub(super) fn blocking(tool: Tool, text: &str, port: u16, to: &[IpAddr]) -> Vec<Block> {
    let aimed = |rule: String| {
        let words: Vec<&str> = rule.split_ascii_whitespace().collect();
        // ufw has whom it is for in its first column.
        let named = if tool == Tool::Ufw { words.first().and_then(|w| range(w)) } else { None };
        let aim = match named {
            Some((from, last)) if to.iter().any(|ip| (from..=last).contains(ip)) => Aim::Some,
            Some(_) => Aim::Others,
            None => aim(&words, to),
        };
        let everybody = aim == Aim::Everybody;
        (aim != Aim::Others).then_some(Block { rule, everybody })
    };
    of_port(tool, text, port).into_iter().filter_map(aimed).collect()
}

/// The rules that keep calls to that port from leaving, whoever is called.
fn of_port(tool: Tool, text: &str, port: u16) -> Vec<String> {
    match tool {
        Tool::Ufw => {
            lines(text, |l| l.contains(" OUT") && (l.contains("DENY") || l.contains("REJECT")) && ufw(l, port))
        }
        Tool::Pf => lines(text, |l| {
            let words: Vec<&str> = l.split_ascii_whitespace().collect();
            words.first() == Some(&"block") && !words.contains(&"in") && behind(&words, "port").any(|w| names(w, port))
        }),
        Tool::Nft => Chains::of_nft(text).blocking(port),
        Tool::Iptables | Tool::Ip6tables => Chains::of_iptables(text).blocking(port),
        // `ipv4 filter OUTPUT 0 -p tcp …`
        Tool::Firewalld => {
            let rules: String = text
                .lines()
                .filter_map(|l| l.split_once(" filter ")?.1.split_once(' '))
                .filter_map(|(chain, rest)| Some(format!("-A {chain} {}\n", rest.split_once(' ')?.1)))
                .collect();
            Chains::of_iptables(&rules).blocking(port)
        }
    }
}

fn lines(text: &str, blocks: impl Fn(&str) -> bool) -> Vec<String> {
    text.lines().map(str::trim).filter(|l| blocks(l)).map(str::to_owned).collect()
}

/// `25/tcp`, `465,587/tcp`, or a plain `25`.
fn ufw(line: &str, port: u16) -> bool {
    line.split_ascii_whitespace()
        .take(3)
        .any(|w| w.split('/').next().is_some_and(|ports| ports.split(',').any(|p| names(p, port))))
}

/// The words behind each of that word: `port = 25`, `port { 25 587 }`.
fn behind<'w>(words: &'w [&'w str], word: &'w str) -> impl Iterator<Item = &'w str> + 'w {
    let starts = words.iter().enumerate().filter(move |(_, w)| **w == word).map(|(i, _)| i + 1);
    starts.flat_map(move |i| {
        let rest = &words[i.min(words.len())..];
        let negated = rest.first().is_some_and(|w| w.starts_with('!'));
        let set = rest.iter().position(|w| w.contains('}')).filter(|_| rest.iter().take(2).any(|w| w.starts_with('{')));
        let length = if negated { 0 } else { set.map_or(2, |end| end + 1) };
        rest.iter().take(length).copied()
    })
}

/// Whether a word of a rule is that port, or a range with it in: `25`, `smtp`, `1-1024`, `25:587`.
fn names(word: &str, port: u16) -> bool {
    let number = |w: &str| match w {
        "smtp" => Some(25),
        "smtps" | "submissions" | "urd" | "ssmtp" => Some(465),
        "submission" => Some(587),
        _ => w.parse::<u16>().ok(),
    };
    let word = word.trim_matches(|c: char| !c.is_ascii_alphanumeric());
    match word.split_once(['-', ':']).and_then(|(a, b)| Some((number(a)?, number(b)?))) {
        Some((from, to)) => (from..=to).contains(&port),
        None => number(word) == Some(port),
    }
}

/// Chains of rules, and those that what leaves this machine goes through.
#[derive(Default)]
struct Chains {
    /// Each chain's rules, and where it may lead.
    rules: BTreeMap<String, Vec<Rule>>,
    /// Where it begins, each with the policy line if that is to drop.
    outward: Vec<(String, Option<String>)>,
}

struct Rule {
    text: String,
    /// The chain that it leads to.
    to: Option<String>,
    drops: bool,
    accepts: bool,
    /// Whether it has a condition at all.
    bare: bool,
    ports: Vec<String>,
}

impl Chains {
    fn of_nft(text: &str) -> Self {
        let mut chains = Self::default();
        let (mut table, mut chain) = (String::new(), None);
        for line in text.lines().map(str::trim) {
            let words: Vec<&str> = line.split_ascii_whitespace().collect();
            match words[..] {
                ["table", .., "{"] => table = words[1..words.len() - 1].join(" "),
                ["chain", name, "{"] => chain = Some(format!("{table} {name}")),
                ["}"] => chain = None,
                ["type", ..] => {
                    if let Some(chain) = chain.as_ref().filter(|_| behind_word(&words, "hook") == Some("output")) {
                        let drops = line.contains("policy drop").then(|| format!("{chain}: policy drop"));
                        chains.outward.push((chain.clone(), drops));
                    }
                }
                _ => {
                    if let Some(chain) = &chain {
                        let bare = unquoted(line);
                        let said: Vec<&str> = bare.split_ascii_whitespace().collect();
                        let to = behind_word(&said, "jump").or(behind_word(&said, "goto"));
                        let rule = Rule {
                            text: line.to_owned(),
                            to: to.map(|t| format!("{table} {t}")),
                            drops: said.iter().any(|w| matches!(*w, "drop" | "reject")),
                            accepts: said.contains(&"accept"),
                            bare: said.len() <= 1 || said[0] == "counter",
                            ports: behind(&said, "dport").map(str::to_owned).collect(),
                        };
                        chains.rules.entry(chain.clone()).or_default().push(rule);
                    }
                }
            }
        }
        chains
    }

    fn of_iptables(text: &str) -> Self {
        let mut chains = Self::default();
        let mut policy = None;
        for line in text.lines().map(str::trim) {
            let words: Vec<&str> = line.split_ascii_whitespace().collect();
            match words[..] {
                ["-P", "OUTPUT", "DROP" | "REJECT"] => policy = Some(line.to_owned()),
                ["-A", chain, ..] => {
                    let target = behind_word(&words, "-j").or(behind_word(&words, "-g"));
                    let match_of = |i: usize| {
                        let negated = i > 0 && words[i - 1] == "!";
                        words.get(i + 1).filter(|_| !negated).map(|w| w.split(',').map(str::to_owned))
                    };
                    let at = words.iter().enumerate().filter(|(_, w)| matches!(**w, "--dport" | "--dports"));
                    let rule = Rule {
                        text: line.to_owned(),
                        to: target.map(str::to_owned),
                        drops: matches!(target, Some("DROP" | "REJECT")),
                        accepts: target == Some("ACCEPT"),
                        bare: words.len() <= 4,
                        ports: at.filter_map(|(i, _)| match_of(i)).flatten().collect(),
                    };
                    chains.rules.entry(chain.to_owned()).or_default().push(rule);
                }
                _ => {}
            }
        }
        chains.outward.push(("OUTPUT".to_owned(), policy));
        chains
    }

    fn blocking(&self, port: u16) -> Vec<String> {
        let mut found: Vec<String> = Vec::new();
        for (start, policy) in &self.outward {
            let rules = self.reached(start);
            let of_port = |r: &&&Rule| r.ports.iter().any(|w| names(w, port));
            found.extend(rules.iter().filter(|r| r.drops).filter(of_port).map(|r| r.text.clone()));
            let let_out = rules.iter().any(|r| r.accepts && (r.bare || of_port(&r)));
            found.extend(policy.iter().filter(|_| !let_out).cloned());
        }
        found.dedup();
        found
    }

    /// The rules of a chain and of those that it leads to.
    fn reached(&self, start: &str) -> Vec<&Rule> {
        let (mut open, mut seen, mut rules) = (vec![start], BTreeSet::new(), Vec::new());
        while let Some(chain) = open.pop() {
            if seen.insert(chain) {
                let of = self.rules.get(chain).map_or(&[][..], Vec::as_slice);
                rules.extend(of);
                open.extend(of.iter().filter_map(|r| r.to.as_deref()));
            }
        }
        rules
    }
}

fn behind_word<'w>(words: &[&'w str], word: &str) -> Option<&'w str> {
    let at = words.iter().position(|w| *w == word)?;
    words.get(at + 1).map(|w| w.trim_end_matches(';'))
}

/// Without what stands in quotation marks: a comment may say anything.
fn unquoted(line: &str) -> String {
    line.split('"').step_by(2).collect()
}

#[cfg(test)]
mod tests;
