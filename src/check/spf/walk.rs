//! check_host (RFC 7208 §4), step by step.

use std::borrow::Cow;
use std::future::Future;
use std::net::IpAddr;
use std::pin::Pin;

use super::lookup::{Answer, Lookup, Question, can_be_asked, is_below, within};
use super::macros::{self, Values};
use super::parse::{Directive, Mechanism, Qualifier, Record, Spec, is_record, parse};
use super::trace::{Outcome, Step, StepEnd, Trace, Why};
use super::{LOOKUPS, VOIDS};

/// Hosts of an `mx`, and names of an address, that are looked at (RFC 7208 §4.6.4).
const HOSTS: usize = 10;
/// Records that are entered when the cost is counted, so that a loop of includes ends.
const RECORDS: usize = 40;
/// How deep the cost is counted: each level takes of the stack, and the limit of ten is passed by then.
const DEPTH: u8 = 12;

/// Evaluates the record of a domain for an address.
pub async fn check_host<L: Lookup>(net: &L, question: &Question<'_>) -> Trace {
    walk(net, question, false).await
}

/// Walks the whole tree of records as for an address that nothing matches: what it costs at most. Only records are asked for.
pub async fn cost<L: Lookup>(net: &L, question: &Question<'_>) -> Trace {
    walk(net, question, true).await
}

async fn walk<L: Lookup>(net: &L, question: &Question<'_>, counting: bool) -> Trace {
    let question = Question { ip: question.ip.to_canonical(), ..*question };
    let trace = Trace { outcome: Outcome::None, steps: Vec::new(), lookups: 0, voids: 0, why: None, explanation: None };
    let mut walk = Walk { net, question: &question, trace, counting, records: 0, validated: None };
    let domain = question.domain.strip_suffix('.').unwrap_or(question.domain);
    let outcome = if can_be_asked(domain) && domain.contains('.') && !domain.starts_with('[') {
        walk.domain(Cow::Borrowed(domain), 0).await
    } else {
        walk.stop(Outcome::None, Why::NotADomain)
    };
    walk.trace.outcome = outcome;
    walk.trace
}

struct Walk<'a, L> {
    net: &'a L,
    question: &'a Question<'a>,
    trace: Trace,
    counting: bool,
    records: usize,
    /// Names of the address that lead back to it.
    validated: Option<Vec<String>>,
}

type Boxed<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

impl<L: Lookup> Walk<'_, L> {
    /// The record of a domain, and of those it redirects to.
    fn domain<'b>(&'b mut self, domain: Cow<'b, str>, depth: u8) -> Boxed<'b, Outcome> {
        Box::pin(async move {
            let mut domain = domain.into_owned();
            let mut came_from = None;
            loop {
                let text = match self.text(&domain).await {
                    Ok(text) => text,
                    Err((Outcome::None, _)) if came_from.is_some() => {
                        let (from, term) = came_from.unwrap_or_default();
                        let why = Why::LeadsNowhere { domain: from, term, to: domain };
                        return self.stop(Outcome::PermError, why);
                    }
                    Err((outcome, why)) => return self.stop(outcome, why),
                };
                let record = match parse(&text) {
                    Ok(record) => record,
                    Err(faults) => {
                        let record = text.clone();
                        return self.stop(Outcome::PermError, Why::Faults { domain, record, faults });
                    }
                };
                if let Some(outcome) = self.directives(&record, &domain, depth).await {
                    if outcome == Outcome::Fail && depth == 0 && !self.counting {
                        self.explain(record.exp, &domain).await;
                    }
                    return outcome;
                }
                let Some(to) = record.redirect.filter(|_| record.all().is_none()) else { return Outcome::Neutral };
                let term = format!("redirect={}", to.0);
                self.count();
                if self.over(&domain, &term) {
                    self.step(depth, &domain, &term, StepEnd::Stop);
                    return Outcome::PermError;
                }
                let target = self.target(to, &domain).await;
                self.step(depth, &domain, &term, StepEnd::Enters);
                came_from = Some((std::mem::replace(&mut domain, target), term));
            }
        })
    }

    /// The one record of a domain (RFC 7208 §4.4, §4.5).
    async fn text(&mut self, domain: &str) -> Result<String, (Outcome, Why)> {
        self.records += 1;
        if !can_be_asked(domain) {
            return Err((Outcome::None, Why::NoRecord));
        }
        let texts = match self.net.txt(domain).await {
            Answer::Found(texts) => texts,
            Answer::Nothing => return Err((Outcome::None, Why::NoRecord)),
            Answer::Untold(why) => {
                return Err((Outcome::TempError, Why::Unanswered { name: domain.to_owned(), why }));
            }
        };
        let mut records = texts.into_iter().filter(|t| is_record(t));
        let Some(first) = records.next() else { return Err((Outcome::None, Why::NoRecord)) };
        match records.count() {
            0 => Ok(first),
            more => Err((Outcome::PermError, Why::Several { domain: domain.to_owned(), count: more + 1 })),
        }
    }

    /// The first mechanism that matches, or what ended the evaluation; none where neither was.
    async fn directives(&mut self, record: &Record<'_>, domain: &str, depth: u8) -> Option<Outcome> {
        for directive in &record.directives {
            if directive.mechanism.asks() {
                self.count();
                if self.over(domain, directive.text) {
                    self.step(depth, domain, directive.text, StepEnd::Stop);
                    return Some(Outcome::PermError);
                }
            }
            let voids = self.trace.voids;
            let matches = match self.matches(directive, domain, depth).await {
                Ok(matches) => matches,
                Err(outcome) => {
                    self.step(depth, domain, directive.text, StepEnd::Stop);
                    return Some(outcome);
                }
            };
            if self.trace.voids > voids && self.trace.voids > VOIDS && !matches {
                let (domain, term) = (domain.to_owned(), directive.text.to_owned());
                let stopped =
                    self.stop(Outcome::PermError, Why::TooManyVoids { domain: domain.clone(), term: term.clone() });
                if !self.counting {
                    self.step(depth, &domain, &term, StepEnd::Stop);
                    return Some(stopped);
                }
            }
            let end = match matches {
                true => StepEnd::Match,
                false if self.trace.voids > voids && !matches!(directive.mechanism, Mechanism::Include(_)) => {
                    StepEnd::Void
                }
                false => StepEnd::NoMatch,
            };
            self.step(depth, domain, directive.text, end);
            if matches {
                return Some(match directive.qualifier {
                    Qualifier::Pass => Outcome::Pass,
                    Qualifier::Fail => Outcome::Fail,
                    Qualifier::SoftFail => Outcome::SoftFail,
                    Qualifier::Neutral => Outcome::Neutral,
                });
            }
        }
        None
    }

    async fn matches(&mut self, directive: &Directive<'_>, domain: &str, depth: u8) -> Result<bool, Outcome> {
        let ip = self.question.ip;
        if self.counting && !matches!(directive.mechanism, Mechanism::Include(_)) {
            // A record of a thousand terms is not asked about a thousand names.
            if self.trace.lookups <= LOOKUPS {
                self.void(directive, domain).await;
            }
            return Ok(false);
        }
        match directive.mechanism {
            Mechanism::All => Ok(true),
            Mechanism::Ip4(network, length) => Ok(within(ip, network.into(), length, 0)),
            Mechanism::Ip6(network, length) => Ok(within(ip, network.into(), 0, length)),
            Mechanism::Include(spec) => self.include(spec, directive.text, domain, depth).await,
            Mechanism::A(spec, v4, v6) => {
                let target = self.optional(spec, domain).await;
                let found = self.addresses(&target, true).await?;
                Ok(found.iter().any(|a| within(ip, *a, v4, v6)))
            }
            Mechanism::Mx(spec, v4, v6) => {
                let target = self.optional(spec, domain).await;
                let hosts = self.asked(&target, self.net.mx(&target).await)?;
                for (at, host) in hosts.iter().filter(|h| !h.is_empty()).enumerate() {
                    if at >= HOSTS {
                        let (domain, term) = (domain.to_owned(), directive.text.to_owned());
                        return Err(self.stop(Outcome::PermError, Why::TooManyHosts { domain, term }));
                    }
                    let found = self.addresses(host, false).await?;
                    if found.iter().any(|a| within(ip, *a, v4, v6)) {
                        return Ok(true);
                    }
                }
                Ok(false)
            }
            Mechanism::Ptr(spec) => {
                let target = self.optional(spec, domain).await;
                Ok(self.validated().await.iter().any(|name| is_below(name, &target)))
            }
            Mechanism::Exists(spec) => {
                let target = self.target(spec, domain).await;
                if !can_be_asked(&target) {
                    return Ok(false);
                }
                // Always A, whatever family the address is of (RFC 7208 §5.7).
                let answer = self.net.addresses(&target, false).await;
                Ok(!self.asked(&target, answer)?.is_empty())
            }
        }
    }

    /// Counts a term whose name leads nowhere for whatever address. Where the name depends on the mail, nothing is known beforehand.
    fn void<'b>(&'b mut self, directive: &'b Directive<'_>, domain: &'b str) -> Boxed<'b, ()> {
        Box::pin(self.counts_void(directive, domain))
    }

    async fn counts_void(&mut self, directive: &Directive<'_>, domain: &str) {
        let (spec, hosts) = match directive.mechanism {
            Mechanism::A(spec, ..) => (spec, false),
            Mechanism::Mx(spec, ..) => (spec, true),
            Mechanism::Exists(spec) => (Some(spec), false),
            _ => return,
        };
        let name = spec.map_or(domain, |Spec(name)| name);
        if name.contains('%') || !can_be_asked(name) {
            return;
        }
        let nothing = if hosts {
            matches!(self.net.mx(name).await, Answer::Nothing)
        } else {
            matches!(self.net.addresses(name, false).await, Answer::Nothing)
                && (matches!(directive.mechanism, Mechanism::Exists(_))
                    || matches!(self.net.addresses(name, true).await, Answer::Nothing))
        };
        self.trace.voids += u32::from(nothing);
    }

    async fn include(&mut self, spec: Spec<'_>, term: &str, domain: &str, depth: u8) -> Result<bool, Outcome> {
        let target = self.target(spec, domain).await;
        if self.counting && (self.records >= RECORDS || depth >= DEPTH) {
            return Ok(false);
        }
        self.step(depth, domain, term, StepEnd::Enters);
        match self.domain(Cow::Borrowed(&target), depth.saturating_add(1)).await {
            Outcome::Pass => Ok(true),
            Outcome::Fail | Outcome::SoftFail | Outcome::Neutral => Ok(false),
            Outcome::None => {
                let (domain, term) = (domain.to_owned(), term.to_owned());
                self.trace.why.take_if(|why| *why == Why::NoRecord);
                Err(self.stop(Outcome::PermError, Why::LeadsNowhere { domain, term, to: target }))
            }
            stopped => Err(stopped),
        }
    }

    async fn explain(&mut self, exp: Option<Spec<'_>>, domain: &str) {
        let Some(spec) = exp else { return };
        let target = self.target(spec, domain).await;
        if !can_be_asked(&target) {
            return;
        }
        let Answer::Found(texts) = self.net.txt(&target).await else { return };
        let [text] = texts.as_slice() else { return };
        if text.is_ascii() && macros::check(text, true).is_ok() {
            self.names_for(text).await;
            self.trace.explanation = Some(macros::expand(text, &self.values(domain)).into_owned());
        }
    }

    /// Addresses of the family of the one that sends. With `first`, an empty answer is a void lookup of the term.
    async fn addresses(&mut self, name: &str, first: bool) -> Result<Vec<IpAddr>, Outcome> {
        if !can_be_asked(name) {
            return Ok(Vec::new());
        }
        let answer = self.net.addresses(name, self.question.ip.is_ipv6()).await;
        let voids = self.trace.voids;
        let found = self.asked(name, answer)?;
        if !first {
            self.trace.voids = voids;
        }
        Ok(found)
    }

    /// The records, a void lookup counted; or the end, where it was not answered.
    fn asked<T>(&mut self, name: &str, answer: Answer<T>) -> Result<Vec<T>, Outcome> {
        match answer {
            Answer::Found(records) => Ok(records),
            Answer::Nothing => {
                self.trace.voids += 1;
                Ok(Vec::new())
            }
            Answer::Untold(why) => Err(self.stop(Outcome::TempError, Why::Unanswered { name: name.to_owned(), why })),
        }
    }

    /// The names of the address that lead back to it (RFC 7208 §5.5); faults of the DNS count as no name.
    async fn validated(&mut self) -> &[String] {
        if self.validated.is_none() {
            let ip = self.question.ip;
            let names = match self.net.ptr(ip).await {
                Answer::Found(names) => names,
                Answer::Nothing => {
                    self.trace.voids += 1;
                    Vec::new()
                }
                Answer::Untold(_) => Vec::new(),
            };
            let mut good = Vec::new();
            for name in names.into_iter().take(HOSTS) {
                if let Answer::Found(found) = self.net.addresses(&name, ip.is_ipv6()).await
                    && found.contains(&ip)
                {
                    good.push(name);
                }
            }
            self.validated = Some(good);
        }
        self.validated.as_deref().unwrap_or_default()
    }

    async fn names_for(&mut self, text: &str) {
        if macros::wants_validated(text) && !self.counting {
            self.validated().await;
        }
    }

    async fn target(&mut self, spec: Spec<'_>, domain: &str) -> String {
        self.names_for(spec.0).await;
        macros::target(spec.0, &self.values(domain)).into_owned()
    }

    async fn optional(&mut self, spec: Option<Spec<'_>>, domain: &str) -> String {
        match spec {
            Some(spec) => self.target(spec, domain).await,
            None => domain.to_owned(),
        }
    }

    fn values<'b>(&'b self, domain: &'b str) -> Values<'b> {
        let Question { ip, sender, helo, now, .. } = *self.question;
        // The domain itself first, then a name below it, then any (RFC 7208 §7.3).
        let names = self.validated.as_deref().unwrap_or_default();
        let own = names.iter().find(|n| n.eq_ignore_ascii_case(domain));
        let best = own.or_else(|| names.iter().find(|n| is_below(n, domain))).or(names.first());
        let validated = best.map_or("unknown", String::as_str);
        Values { sender, domain, ip, helo, validated, receiver: "unknown", now }
    }

    fn count(&mut self) {
        self.trace.lookups += 1;
    }

    /// Whether that term is one too many. Counting goes on.
    fn over(&mut self, domain: &str, term: &str) -> bool {
        if self.trace.lookups <= LOOKUPS {
            return false;
        }
        // More than ten holds for every address; names that lead nowhere, only as far as they are reached.
        if matches!(self.trace.why, None | Some(Why::TooManyVoids { .. })) {
            self.trace.why = Some(Why::TooManyLookups { domain: domain.to_owned(), term: term.to_owned() });
        }
        !self.counting || self.records >= RECORDS
    }

    fn stop(&mut self, outcome: Outcome, why: Why) -> Outcome {
        self.trace.why.get_or_insert(why);
        outcome
    }

    fn step(&mut self, depth: u8, domain: &str, term: &str, end: StepEnd) {
        let (domain, term, lookups) = (domain.to_owned(), term.to_owned(), self.trace.lookups);
        self.trace.steps.push(Step { depth, domain, term, end, lookups });
    }
}
