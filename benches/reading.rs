//! How fast bounces are read, each make by itself (one core has to read 30,000 in a second), and replies.

use std::sync::{Arc, LazyLock};

use divan::{Bencher, counter::ItemsCount};
use heloise::guide::Guide;
use heloise::reading::Reader;

fn main() {
    divan::main();
}

static READER: LazyLock<Reader> = LazyLock::new(|| Reader::new(Arc::new(Guide::embedded())));

/// The texts of a fixture: each stands behind a line that says how it is to be read.
fn texts(fixture: &'static str) -> Vec<&'static str> {
    fixture.split("#### ").filter_map(|case| Some(case.split_once('\n')?.1)).collect()
}

fn bench(bencher: Bencher<'_, '_>, texts: &[&str]) {
    bencher.counter(ItemsCount::new(texts.len())).bench(|| {
        for text in texts {
            divan::black_box(READER.text(divan::black_box(text)));
        }
    });
}

/// What nine mail servers answered, each distinct reply once. One core has to read 200,000 in a second.
#[divan::bench]
fn replies_of_nine_servers(bencher: Bencher<'_, '_>) {
    let reply = |line: &str| {
        let reply = if line.starts_with('@') { line.split_once(' ')?.1 } else { line };
        reply.starts_with(['4', '5']).then(|| reply.replace(" | ", "\n"))
    };
    let texts: Vec<String> = include_str!("../tests/reading/fixtures/measured.txt").lines().filter_map(reply).collect();
    bench(bencher, &texts.iter().map(String::as_str).collect::<Vec<_>>());
}

/// The sample of every phrase behind a code: a thousand texts, nearly each of which asks another expression, so that none of them is still
/// near the processor when its turn comes. Nobody's mail is like that; it tells what the first meeting with a reply costs.
#[divan::bench]
fn every_phrase_in_turn(bencher: Bencher<'_, '_>) {
    let guide = Guide::embedded();
    let texts: Vec<String> = guide.phrases().iter().map(|p| format!("550 5.7.1 {}", p.sample)).collect();
    bench(bencher, &texts.iter().map(String::as_str).collect::<Vec<_>>());
}

#[divan::bench]
fn postfix(bencher: Bencher<'_, '_>) {
    bench(bencher, &texts(include_str!("../tests/reading/fixtures/postfix.txt")));
}

#[divan::bench]
fn sendmail(bencher: Bencher<'_, '_>) {
    bench(bencher, &texts(include_str!("../tests/reading/fixtures/sendmail.txt")));
}

#[divan::bench]
fn exim(bencher: Bencher<'_, '_>) {
    bench(bencher, &texts(include_str!("../tests/reading/fixtures/exim.txt")));
}

#[divan::bench]
fn qmail(bencher: Bencher<'_, '_>) {
    bench(bencher, &texts(include_str!("../tests/reading/fixtures/qmail.txt")));
}

#[divan::bench]
fn providers(bencher: Bencher<'_, '_>) {
    bench(bencher, &texts(include_str!("../tests/reading/fixtures/providers.txt")));
}

#[divan::bench]
fn other_servers(bencher: Bencher<'_, '_>) {
    bench(bencher, &texts(include_str!("../tests/reading/fixtures/servers.txt")));
}

#[divan::bench]
fn answers_and_words(bencher: Bencher<'_, '_>) {
    bench(bencher, &texts(include_str!("../tests/reading/fixtures/words.txt")));
}

#[divan::bench]
fn a_report_with_a_long_message(bencher: Bencher<'_, '_>) {
    let report = texts(include_str!("../tests/reading/fixtures/postfix.txt"))[0];
    let long = report.replace(
        "To: friends@example.net\n",
        &format!("To: friends@example.net\n\n{}", "Some words of a letter.\n".repeat(2_000)),
    );
    bench(bencher, &[&long]);
}
