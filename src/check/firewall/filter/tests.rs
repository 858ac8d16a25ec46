//! What the words of each tool say.

use super::*;

const OURS: [IpAddr; 1] = [IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 25))];

fn blocking(tool: Tool, text: &str, port: u16) -> Vec<String> {
    super::blocking(tool, text, port, &OURS).into_iter().map(|b| b.rule).collect()
}

const NFT: &str = r#"
table inet filter {
	chain input {
		type filter hook input priority filter; policy drop;
		tcp dport 25 drop
	}
	chain output {
		type filter hook output priority filter; policy accept;
		oifname "lo" accept
		jump mail
	}
	chain mail {
		tcp dport { 25, 465-587 } counter packets 0 bytes 0 reject comment "dport 2525 is fine"
		tcp dport != 993 drop
	}
}
"#;

#[test]
fn a_rule_of_nft_is_found_through_the_chains_that_lead_to_it() {
    let rule = r#"tcp dport { 25, 465-587 } counter packets 0 bytes 0 reject comment "dport 2525 is fine""#;
    for port in [25, 465, 500, 587] {
        assert_eq!(blocking(Tool::Nft, NFT, port), [rule], "{port}");
    }
    assert!(blocking(Tool::Nft, NFT, 2525).is_empty());
    let incoming = NFT.replace("jump mail", "accept");
    assert!(blocking(Tool::Nft, &incoming, 25).is_empty(), "what comes in is another matter");
}

#[test]
fn a_policy_that_drops_is_found_where_nothing_lets_the_port_out() {
    let strict = "table ip f {
 chain o {
 type filter hook output priority 0; policy drop;
 tcp dport 587 accept
 }
}
";
    assert_eq!(blocking(Tool::Nft, strict, 25), ["ip f o: policy drop"]);
    assert!(blocking(Tool::Nft, strict, 587).is_empty());
}

#[test]
fn rules_of_iptables_are_found() {
    let text = "-P INPUT DROP
-P OUTPUT ACCEPT
-N mail
-A INPUT -p tcp -m tcp --dport 25 -j DROP
-A OUTPUT -p tcp -j mail
        -A mail -p tcp -m multiport --dports 25,465 -j REJECT --reject-with icmp-port-unreachable
        -A mail -p tcp -m tcp ! --dport 587 -j DROP
-A mail -p tcp -m tcp --dport 2000:3000 -j DROP
";
    let reject = "-A mail -p tcp -m multiport --dports 25,465 -j REJECT --reject-with icmp-port-unreachable";
    assert_eq!(blocking(Tool::Iptables, text, 25), [reject]);
    assert!(blocking(Tool::Iptables, text, 587).is_empty());
    assert_eq!(blocking(Tool::Ip6tables, text, 2525).len(), 1);
    assert_eq!(
        blocking(
            Tool::Iptables,
            "-P OUTPUT DROP
",
            25
        ),
        ["-P OUTPUT DROP"]
    );
}

#[test]
fn rules_of_the_others_are_found() {
    let ufw = "Status: active

To                         Action      From
--                         ------      ----
        25/tcp                     DENY OUT    Anywhere
587                        ALLOW OUT   Anywhere
25                         DENY IN     Anywhere
";
    assert_eq!(blocking(Tool::Ufw, ufw, 25).len(), 1);
    assert!(blocking(Tool::Ufw, ufw, 587).is_empty());
    let direct = "ipv4 filter OUTPUT 0 -p tcp -m tcp --dport 25 -j REJECT
ipv6 filter INPUT 0 -p tcp --dport 25 -j DROP
";
    assert_eq!(blocking(Tool::Firewalld, direct, 25).len(), 1);
    let pf = "pass out all
block drop out proto tcp from any to any port = smtp
block drop in proto tcp from any to any port = 587
";
    assert_eq!(blocking(Tool::Pf, pf, 25).len(), 1);
    assert!(blocking(Tool::Pf, pf, 587).is_empty());
}

#[test]
fn what_is_no_rule_is_no_fault() {
    for tool in [Tool::Ufw, Tool::Firewalld, Tool::Nft, Tool::Iptables, Tool::Ip6tables, Tool::Pf] {
        for text in [
            "",
            "{",
            "}
}
",
            "chain {",
            "-A",
            "-A OUTPUT -j",
            "port",
            "table
chain x {
jump
",
        ] {
            assert!(blocking(tool, text, 25).is_empty(), "{tool:?} {text}");
        }
    }
}

#[test]
fn a_rule_for_other_addresses_is_none_for_ours() {
    let rule = |to: &str| {
        format!(
            "table ip f {{\n chain o {{\n type filter hook output priority 0; policy accept;\n ip daddr {to} tcp dport 25 drop\n }}\n}}\n"
        )
    };
    assert!(blocking(Tool::Nft, &rule("198.51.100.44"), 25).is_empty());
    let of_us = super::blocking(Tool::Nft, &rule("192.0.2.25"), 25, &OURS);
    assert!(of_us.len() == 1 && !of_us[0].everybody, "{of_us:?}");
    let ufw = "198.51.100.44 25/tcp       DENY OUT    Anywhere\n192.0.2.25 25/tcp       DENY OUT    Anywhere\n";
    assert_eq!(blocking(Tool::Ufw, ufw, 25).len(), 1);
}
