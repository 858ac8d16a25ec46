//! Every check keeps its word in every practice world: what it emits, shows, ends and leaves behind.

mod addresses;
#[path = "../support/asking.rs"]
mod asking;
mod between;
mod charge;
#[expect(dead_code, reason = "other tests count questions")]
#[path = "../support/dns_server.rs"]
mod dns_server;
mod doubt;
mod exchangers;
mod greylist;
mod lists;
mod manners;
mod one_by_one;
mod other_service;
mod promises;
mod registration;
mod said;
mod sending;
mod sending_from;
mod settings;
mod several;
mod silent;
mod ways;
mod worlds;
