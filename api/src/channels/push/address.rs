//! Where a browser says that it can be reached: input from outside, which must not lead into this house's own network.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use reqwest::Url;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};

/// The longest address that is taken.
pub const LONGEST: usize = 1000;

/// Reads an address that may be called: `https`, without name or password, and no number of a private network. Tests may also call
/// this machine.
pub fn parse(text: &str, loopback: bool) -> Option<Url> {
    let url = Url::parse(text).ok().filter(|_| text.len() <= LONGEST)?;
    let host = url.host_str()?;
    let ip: Option<IpAddr> = host.trim_start_matches('[').trim_end_matches(']').parse().ok();
    if loopback && ip.is_some_and(|ip| ip.is_loopback()) {
        return Some(url);
    }
    let named = || {
        host.contains('.')
            && !host.ends_with('.')
            && !["localhost", "local", "internal"].contains(&host.rsplit('.').next().unwrap_or_default())
    };
    let may = url.scheme() == "https" && url.username().is_empty() && url.password().is_none() && ip.map_or_else(named, is_public);
    may.then_some(url)
}

/// Whether a number is one of the public network.
fn is_public(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => is_public_v4(ip),
        IpAddr::V6(ip) => is_public_v6(ip),
    }
}

const fn is_public_v4(ip: Ipv4Addr) -> bool {
    let [a, b, c, _] = ip.octets();
    !(ip.is_private()
        || ip.is_loopback()
        || ip.is_link_local()
        || ip.is_multicast()
        || ip.is_documentation()
        || a == 0
        || a >= 240
        || (a == 100 && b & 0xc0 == 64)
        || (a == 192 && b == 0 && c == 0)
        || (a == 198 && b & 0xfe == 18))
}

fn is_public_v6(ip: Ipv6Addr) -> bool {
    let [a, b, c, d, e, f, g, h] = ip.segments();
    let inner = |high: u16, low: u16| {
        let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
        is_public_v4(Ipv4Addr::new(a, b, c, d))
    };
    match (a, b, c, d, e, f) {
        // Numbers of the older network in the newer one: mapped, translated, tunnelled.
        (0, 0, 0, 0, 0, 0xffff) | (0x64, 0xff9b, 0, 0, 0, 0) => inner(g, h),
        (0x2002, ..) => inner(b, c),
        (0x2001, 0 | 0xdb8, ..) => false,
        // What is given out for the public lies in 2000::/3.
        _ => a & 0xe000 == 0x2000,
    }
}

/// Looks up names and keeps to numbers of the public network, so that no name leads inside.
pub struct PublicOnly;

impl Resolve for PublicOnly {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let public: Vec<SocketAddr> = found.filter(|address| is_public(address.ip())).collect();
            if public.is_empty() {
                return Err("no public address".into());
            }
            Ok::<Addrs, _>(Box::new(public.into_iter()))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_browsers_name_is_taken() {
        for text in [
            "https://fcm.googleapis.com/fcm/send/c1:APA91",
            "https://updates.push.services.mozilla.com/wpush/v2/gAAAAA",
            "https://web.push.apple.com/QGuQyavXutnMH",
            "https://wns2-par02p.notify.windows.com/w/?token=BQYAAA%3d",
            "https://push.example.jp:8443/x",
            "https://8.8.8.8/x",
            "https://[2606:4700::1111]/x",
        ] {
            assert!(parse(text, false).is_some(), "{text}");
        }
    }

    #[test]
    fn no_address_leads_inside() {
        for text in [
            "http://push.example.jp/x",
            "ftp://push.example.jp/x",
            "https://user@push.example.jp/x",
            "https://user:pass@push.example.jp/x",
            "https://localhost/x",
            "https://a.localhost/x",
            "https://database/x",
            "https://printer.local/x",
            "https://metadata.google.internal/x",
            "https://127.0.0.1/x",
            "https://2130706433/x",
            "https://0x7f.1/x",
            "https://0.0.0.0/x",
            "https://10.0.0.1/x",
            "https://172.16.0.1/x",
            "https://192.168.1.1/x",
            "https://169.254.169.254/latest/meta-data/",
            "https://100.64.0.1/x",
            "https://192.0.0.1/x",
            "https://198.18.0.1/x",
            "https://224.0.0.1/x",
            "https://255.255.255.255/x",
            "https://[::1]/x",
            "https://[::]/x",
            "https://[fc00::1]/x",
            "https://[fe80::1]/x",
            "https://[ff02::1]/x",
            "https://[::ffff:10.0.0.1]/x",
            "https://[64:ff9b::7f00:1]/x",
            "https://[2002:7f00:1::]/x",
            "https://[2001:db8::1]/x",
            "https://",
            "x",
            "",
        ] {
            assert!(parse(text, false).is_none(), "{text}");
        }
        assert!(parse(&format!("https://push.example.jp/{}", "x".repeat(LONGEST)), false).is_none());
    }

    #[test]
    fn only_tests_call_this_machine() {
        for text in ["http://127.0.0.1:8080/x", "http://[::1]:8080/x"] {
            assert!(parse(text, true).is_some() && parse(text, false).is_none(), "{text}");
        }
        for text in ["http://localhost:8080/x", "http://10.0.0.1/x", "https://10.0.0.1/x", "http://push.example.jp/x"] {
            assert!(parse(text, true).is_none(), "{text}");
        }
    }

    #[actix_web::test]
    async fn a_name_that_leads_inside_is_not_looked_up() {
        let found = PublicOnly.resolve("localhost".parse().unwrap()).await;
        assert!(found.is_err());
    }
}
