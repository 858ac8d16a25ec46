//! The SMTP dialogue, against scripted servers on loopback: what is recorded is what was on the wire, every fault has its name and its end in time,
//! and no secret comes out.

mod breaks;
mod certs;
mod dialogue;
mod hostile;
mod logins;
mod manners;
mod mechanisms;
mod old_tls;
mod secrets;
mod server;
mod tls;
