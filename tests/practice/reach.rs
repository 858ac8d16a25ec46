use std::io::ErrorKind;
use std::net::SocketAddr;
use std::time::Duration;

use heloise::guide::Guide;
use heloise::practice::{Practice, WorldFile};
use tokio::time::timeout;

use crate::client::{Client, SOON, file, made_of, world};

async fn failure(practice: &Practice, to: &str) -> Option<std::io::Error> {
    let to: SocketAddr = to.parse().unwrap();
    timeout(SOON, practice.world().connect(to, None)).await.unwrap().err()
}

#[tokio::test]
async fn public_looking_addresses_of_both_families_lead_to_the_host() {
    let practice = world("healthy-address").await;
    for to in ["192.0.2.25:25", "[2001:db8::25]:25"] {
        let mut client = Client::connect(&practice, to).await;
        assert_eq!(client.hear().await, "220 mx1.example.org ESMTP Postfix");
    }
}

#[tokio::test]
async fn a_port_nobody_serves_is_refused_and_an_address_nobody_has_unreachable() {
    let practice = world("healthy-address").await;
    let refused = failure(&practice, "192.0.2.25:2525").await.unwrap();
    assert_eq!(refused.kind(), ErrorKind::ConnectionRefused);
    let unreachable = failure(&practice, "203.0.113.200:25").await.unwrap();
    assert_eq!(unreachable.kind(), ErrorKind::HostUnreachable);
}

#[tokio::test]
async fn routes_refuse_drop_and_lead_nowhere() {
    let practice = made_of(
        r#"
        [[host]]
        name = "mx.test"
        addresses = ["192.0.2.1", "192.0.2.2", "192.0.2.3"]
        ports = { 25 = "none", 587 = "none" }
        [[route]]
        address = "192.0.2.1"
        does = "refuse"
        [[route]]
        address = "192.0.2.2"
        does = "unreachable"
        [[route]]
        port = 25
        does = "drop"
        "#,
    )
    .await;
    assert_eq!(failure(&practice, "192.0.2.1:25").await.unwrap().kind(), ErrorKind::ConnectionRefused);
    assert_eq!(failure(&practice, "192.0.2.2:587").await.unwrap().kind(), ErrorKind::HostUnreachable);
    assert!(failure(&practice, "192.0.2.3:587").await.is_none());
    let world = practice.world();
    let dropped = world.connect("192.0.2.3:25".parse().unwrap(), None);
    assert!(timeout(Duration::from_millis(50), dropped).await.is_err());
}

#[tokio::test]
async fn blocked_port_25_leaves_submission_open() {
    let practice = world("port-25-blocked").await;
    let world = practice.world();
    let dropped = world.connect("192.0.2.25:25".parse().unwrap(), None);
    assert!(timeout(Duration::from_millis(50), dropped).await.is_err());
    let mut client = Client::connect(&practice, "192.0.2.25:587").await;
    assert!(client.hear().await.starts_with("220 "));
}

#[tokio::test]
async fn this_machine_is_never_part_of_the_world() {
    let practice = world("healthy-address").await;
    let world = practice.world();
    assert!(!world.is_this_machine());
    assert_eq!(world.host_name().as_deref(), Some("client.example.net"));
    assert!(world.unix_seconds() > 1_700_000_000);
}

#[tokio::test]
async fn dropping_a_world_takes_it_down() {
    let file = WorldFile::by_id(&Guide::embedded(), "healthy-address").unwrap();
    let practice = Practice::start(&file).await.unwrap();
    let world = practice.world();
    let mut client = Client::connect(&practice, "192.0.2.25:25").await;
    client.hear().await;
    drop(practice);
    assert_eq!(client.hear().await, "", "the session ends");
    let again = timeout(SOON, world.connect("192.0.2.25:25".parse().unwrap(), None)).await.unwrap();
    assert_eq!(again.err().unwrap().kind(), ErrorKind::ConnectionRefused);
}

#[tokio::test]
async fn worlds_side_by_side_do_not_meet() {
    let host = |says: &str| {
        file(&format!(
            "[[host]]\nname = 'mx.test'\naddresses = ['192.0.2.1']\nports = {{ 25 = 'none' }}\ngreeting = '220 {says}'"
        ))
    };
    let (one, two) = (Practice::start(&host("one")).await.unwrap(), Practice::start(&host("two")).await.unwrap());
    assert_eq!(Client::connect(&one, "192.0.2.1:25").await.hear().await, "220 one");
    assert_eq!(Client::connect(&two, "192.0.2.1:25").await.hear().await, "220 two");
}
