//! Who turned a connection attempt away: the ICMP error that the system keeps beside the socket (ip(7), IP_RECVERR; ipv6(7), IPV6_RECVERR).

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};
use std::os::fd::{AsFd, AsRawFd as _, OwnedFd};

use nix::sys::socket::sockopt::{Ipv4RecvErr, Ipv6RecvErr, TcpMaxSeg};
use nix::sys::socket::{ControlMessageOwned, MsgFlags, SockaddrStorage, recvmsg, setsockopt};
use socket2::SockRef;
use tokio::net::{TcpSocket, TcpStream};

use super::world::{Reach, Rejected};
use crate::transcript::IcmpFact;

/// Octets of a segment that any path carries: of 576 octets by IPv4 (RFC 1122 §3.3.3), of 1280 by IPv6 (RFC 8200 §5), less the headers.
const SMALL: [u32; 2] = [536, 1220];

/// Connects; an error that somebody sent by ICMP names its sender.
pub(super) async fn connect(socket: TcpSocket, to: SocketAddr, reach: Reach) -> io::Result<TcpStream> {
    match reach {
        Reach::Usual => {}
        Reach::SmallPackets => setsockopt(&socket, TcpMaxSeg, &SMALL[usize::from(to.is_ipv6())])?,
        Reach::Hops(hops) if to.is_ipv6() => SockRef::from(&socket).set_unicast_hops_v6(hops.into())?,
        Reach::Hops(hops) => SockRef::from(&socket).set_ttl_v4(hops.into())?,
    }
    // All of this is about the reason only: where it is not to be had, the connection is tried all the same.
    let watch = watch(&socket, to.is_ipv6()).ok();
    match socket.connect(to).await {
        Ok(stream) => {
            // From here on a passing error of the path is not worth the connection.
            let _ = heed(&stream, to.is_ipv6(), false);
            Ok(stream)
        }
        Err(error) => Err(match watch.as_ref().and_then(reason) {
            Some(icmp) => Rejected::by(icmp, error),
            None => error,
        }),
    }
}

/// A second hand on the socket, which outlives the attempt.
fn watch(socket: &TcpSocket, v6: bool) -> io::Result<OwnedFd> {
    heed(socket, v6, true)?;
    socket.as_fd().try_clone_to_owned()
}

fn heed(socket: &impl AsFd, v6: bool, on: bool) -> nix::Result<()> {
    if v6 { setsockopt(socket, Ipv6RecvErr, &on) } else { setsockopt(socket, Ipv4RecvErr, &on) }
}

/// The last ICMP error that came for it.
pub(super) fn reason(socket: &OwnedFd) -> Option<IcmpFact> {
    let mut space = nix::cmsg_space!([u8; 256]);
    let flags = MsgFlags::MSG_ERRQUEUE | MsgFlags::MSG_DONTWAIT;
    let mut last = None;
    // Each attempt brings a handful at most.
    for _ in 0..16 {
        let Ok(message) = recvmsg::<SockaddrStorage>(socket.as_raw_fd(), &mut [], Some(&mut space), flags) else {
            break;
        };
        for part in message.cmsgs().ok()? {
            last = match part {
                ControlMessageOwned::Ipv4RecvErr(error, Some(from)) => {
                    let from = Ipv4Addr::from(u32::from_be(from.sin_addr.s_addr));
                    Some(fact(from.into(), error.ee_type, error.ee_code))
                }
                ControlMessageOwned::Ipv6RecvErr(error, Some(from)) => {
                    let from = Ipv6Addr::from(from.sin6_addr.s6_addr);
                    Some(fact(from.into(), error.ee_type, error.ee_code))
                }
                _ => last,
            };
        }
    }
    last
}

fn fact(from: IpAddr, kind: u8, code: u8) -> IcmpFact {
    // Only an address of this machine can be bound to.
    IcmpFact { from, kind, code, own: UdpSocket::bind((from, 0)).is_ok() }
}
