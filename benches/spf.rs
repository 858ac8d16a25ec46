//! How fast SPF is judged where the DNS has answered already: at least 100 000 evaluations a second are wanted.

use std::collections::HashMap;
use std::future::Future;
use std::net::IpAddr;
use std::task::{Context, Poll, Waker};

use divan::{Bencher, counter::ItemsCount};
use heloise::check::spf::{Answer, Lookup, Question, check_host, parse};

fn main() {
    divan::main();
}

/// Records by name.
struct Cache(HashMap<&'static str, &'static str>);

impl Lookup for Cache {
    async fn txt(&self, name: &str) -> Answer<String> {
        self.0.get(name).map_or(Answer::Nothing, |text| Answer::Found(vec![(*text).to_owned()]))
    }

    async fn addresses(&self, _: &str, _: bool) -> Answer<IpAddr> {
        Answer::Found(vec![IpAddr::from([203, 0, 113, 25])])
    }

    async fn mx(&self, _: &str) -> Answer<String> {
        Answer::Found(vec!["mx1.example.org".to_owned(), "mx2.example.org".to_owned()])
    }

    async fn ptr(&self, _: IpAddr) -> Answer<String> {
        Answer::Nothing
    }
}

fn cache() -> Cache {
    Cache(HashMap::from([
        ("example.org", "v=spf1 mx include:_spf.example.net include:_spf.example.com -all"),
        ("_spf.example.net", "v=spf1 ip4:203.0.113.0/26 ip4:203.0.113.64/26 ip6:2001:db8:1::/48 ~all"),
        ("_spf.example.com", "v=spf1 include:_a.example.com ?all"),
        ("_a.example.com", "v=spf1 ip4:198.51.100.0/24 ip6:2001:db8:2::/48 ~all"),
        ("short.example.org", "v=spf1 ip4:198.51.100.0/24 -all"),
    ]))
}

fn bench(bencher: Bencher<'_, '_>, domain: &str) {
    let cache = cache();
    let sender = format!("alice@{domain}");
    let question =
        Question { ip: IpAddr::from([198, 51, 100, 7]), domain, sender: &sender, helo: "mail.example.org", now: 0 };
    bencher.counter(ItemsCount::new(1_u32)).bench(|| {
        let mut judged = std::pin::pin!(check_host(&cache, divan::black_box(&question)));
        // Every answer is there: it never waits.
        match judged.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(trace) => trace.outcome,
            Poll::Pending => unreachable!("all is in memory"),
        }
    });
}

#[divan::bench]
fn one_record(bencher: Bencher<'_, '_>) {
    bench(bencher, "short.example.org");
}

#[divan::bench]
fn three_includes(bencher: Bencher<'_, '_>) {
    bench(bencher, "example.org");
}

#[divan::bench]
fn reading_a_record(bencher: Bencher<'_, '_>) {
    let text =
        "v=spf1 mx a:mail.example.org/24 include:_spf.example.net ip4:198.51.100.0/24 exists:%{i}.x.example.org -all";
    bencher.counter(ItemsCount::new(1_u32)).bench(|| parse(divan::black_box(text)).is_ok());
}
