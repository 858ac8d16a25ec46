use super::*;

/// Kind, host, port, security, user, from, helo, password.
type Seen = (SettingsFile, String, Option<u16>, Option<Security>, [Option<String>; 4]);

fn seen(text: &str) -> Seen {
    let found = FileSettings::read(text).unwrap_or_else(|| panic!("nothing in {text}"));
    let secret = found.secret.as_ref().map(|s| s.expose().to_owned());
    let rest = [found.user, found.from, found.helo, secret];
    (found.kind.unwrap(), found.host.unwrap(), found.port, found.security, rest)
}

fn some(texts: [&str; 4]) -> [Option<String>; 4] {
    texts.map(|t| (!t.is_empty()).then(|| t.to_owned()))
}

fn is(text: &str, kind: SettingsFile, host: &str, port: u16, security: Option<Security>, rest: [&str; 4]) {
    let port = (port > 0).then_some(port);
    assert_eq!(seen(text), (kind, host.to_owned(), port, security, some(rest)), "{text}");
}

#[test]
fn postfix_names_its_relay_host_and_how_it_goes_there() {
    let main_cf = "# main.cf\nmyhostname = mail.example.net\nsmtp_helo_name = $myhostname\nmydestination = $myhostname,\n    localhost\n\
                   relayhost =\n    [smtp.example.org]:submission\nsmtp_tls_security_level = encrypt\n\
                   smtp_sasl_password_maps = hash:/etc/postfix/sasl_passwd\n";
    let rest = ["", "", "mail.example.net", ""];
    is(main_cf, SettingsFile::Postfix, "smtp.example.org", 587, Some(Security::Starttls), rest);
    let wrapped = "relayhost = [smtp.example.org]:465\nsmtp_tls_wrappermode = yes\nsmtp_tls_security_level = encrypt\n";
    is(wrapped, SettingsFile::Postfix, "smtp.example.org", 465, Some(Security::Tls), [""; 4]);
    assert!(FileSettings::read("myhostname = mail.example.net\nrelayhost =\n").is_none(), "it sends by itself");
    assert!(FileSettings::read("a = $b\nb = $a$a$a\nrelayhost = $a$b\n").is_none(), "what goes in circles ends");
}

#[test]
fn a_password_map_is_read_only_where_it_is_handed_over() {
    let map = "# passwords\n[smtp.example.org]:587 alice@example.net:practice:1\n";
    is(map, SettingsFile::SaslPasswd, "smtp.example.org", 587, None, ["alice@example.net", "", "", "practice:1"]);
}

#[test]
fn exim_names_its_smart_host() {
    let debian = "dc_eximconfig_configtype='smarthost'\ndc_smarthost='smtp.example.org::587'\n";
    is(debian, SettingsFile::Exim, "smtp.example.org", 587, None, [""; 4]);
    let config = "primary_hostname = mail.example.net\nbegin routers\nsmarthost:\n  driver = manualroute\n  \
                  route_list = * smtp.example.org byname\nbegin transports\nremote:\n  driver = smtp\n  port = 465\n  protocol = smtps\n";
    is(config, SettingsFile::Exim, "smtp.example.org", 465, Some(Security::Tls), ["", "", "mail.example.net", ""]);
}

#[test]
fn msmtp_has_accounts_and_ssmtp_has_none() {
    let msmtprc = "defaults\nauth on\ntls on\n\naccount work\nhost smtp.example.org\nport 587\nfrom alice@example.net\nuser alice\n\
                   password practice\n\naccount home\nhost mail.example.com\ntls_starttls off\n\naccount default : work\n";
    let rest = ["alice", "alice@example.net", "", "practice"];
    is(msmtprc, SettingsFile::Msmtp, "smtp.example.org", 587, Some(Security::Starttls), rest);
    let implicit = "account default\nhost smtp.example.org\ntls on\ntls_starttls off\n";
    is(implicit, SettingsFile::Msmtp, "smtp.example.org", 465, Some(Security::Tls), [""; 4]);
    let ssmtp = "root=postmaster\nmailhub=smtp.example.org:465\nUseTLS=YES\nAuthUser=alice\nAuthPass=practice\nhostname=client.example.net\n";
    let rest = ["alice", "", "client.example.net", "practice"];
    is(ssmtp, SettingsFile::Ssmtp, "smtp.example.org", 465, Some(Security::Tls), rest);
}

#[test]
fn thunderbird_has_a_default_server_and_an_identity_that_uses_it() {
    let prefs = "user_pref(\"mail.smtp.defaultserver\", \"smtp2\");\nuser_pref(\"mail.smtpserver.smtp1.hostname\", \"old.example.net\");\n\
                 user_pref(\"mail.smtpserver.smtp2.hostname\", \"smtp.example.org\");\nuser_pref(\"mail.smtpserver.smtp2.port\", 465);\n\
                 user_pref(\"mail.smtpserver.smtp2.try_ssl\", 3);\nuser_pref(\"mail.smtpserver.smtp2.username\", \"alice\");\n\
                 user_pref(\"mail.identity.id1.useremail\", \"other@example.net\");\n\
                 user_pref(\"mail.identity.id2.useremail\", \"alice@example.net\");\nuser_pref(\"mail.identity.id2.smtpServer\", \"smtp2\");\n";
    let rest = ["alice", "alice@example.net", "", ""];
    is(prefs, SettingsFile::Thunderbird, "smtp.example.org", 465, Some(Security::Tls), rest);
}

#[test]
fn the_variables_of_each_framework_mean_what_they_mean_there() {
    let rest = ["alice@example.net", "noreply@example.net", "", "practice word"];
    let laravel = "APP_KEY=base64:x\nMAIL_HOST=smtp.example.org\nMAIL_PORT=587\nMAIL_USERNAME=alice@example.net\n\
                   MAIL_PASSWORD=\"practice word\"\nMAIL_ENCRYPTION=tls\nMAIL_FROM_ADDRESS=\"noreply@example.net\"\n";
    is(laravel, SettingsFile::Environment, "smtp.example.org", 587, Some(Security::Starttls), rest);
    let django = "EMAIL_HOST=smtp.example.org\nEMAIL_PORT=465\nEMAIL_USE_SSL=True\nEMAIL_HOST_USER='alice@example.net'\n\
                  EMAIL_HOST_PASSWORD='practice word'\nDEFAULT_FROM_EMAIL=\"Shop <noreply@example.net>\"\n";
    is(django, SettingsFile::Environment, "smtp.example.org", 465, Some(Security::Tls), rest);
    let node = "export SMTP_HOST=smtp.example.org # ours\nSMTP_PORT=465\nSMTP_SECURE=true\n";
    is(node, SettingsFile::Environment, "smtp.example.org", 465, Some(Security::Tls), [""; 4]);
    let symfony = "MAILER_DSN=smtp://alice:prac%40tice@smtp.example.org:587\n";
    is(symfony, SettingsFile::Environment, "smtp.example.org", 587, None, ["alice", "", "", "prac@tice"]);
}

#[test]
fn a_url_says_it_all_in_one_line() {
    let at = |text, port, security, rest| is(text, SettingsFile::Url, "smtp.example.org", port, security, rest);
    at(
        "smtps://alice%40example.net:p%3Aw@smtp.example.org",
        465,
        Some(Security::Tls),
        ["alice@example.net", "", "", "p:w"],
    );
    at("smtps://alice@smtp.example.org:2465", 2465, Some(Security::Tls), ["alice", "", "", ""]);
    at("smtp://smtp.example.org:25", 25, None, [""; 4]);
    at("smtp+starttls://smtp.example.org", 587, Some(Security::Starttls), [""; 4]);
    at("smtp://smtp.example.org:587/?encryption=tls", 587, Some(Security::Starttls), [""; 4]);
    is("smtp://[2001:db8::25]:25", SettingsFile::Url, "2001:db8::25", 25, None, [""; 4]);
}

#[test]
fn what_is_no_such_file_is_none() {
    for odd in [
        "",
        "hello",
        "https://example.org/",
        "550 5.1.1 no such user",
        "smtp://",
        "smtp://a b",
        "host",
        "MAIL_HOST=",
        "relayhost = [x",
    ] {
        assert!(FileSettings::read(odd).is_none(), "{odd}");
    }
    let long = "account a\n".repeat(10_000);
    assert!(FileSettings::read(&long).is_none());
}

#[test]
fn what_a_file_does_not_say_stays_as_it_was() {
    let mut case = Case { user: Some("alice".to_owned()), ..Case::new() };
    FileSettings::read("smtps://smtp.example.org").unwrap().put_into(&mut case);
    assert_eq!(case.server, Some(Target { host: "smtp.example.org".to_owned(), port: Some(465) }));
    assert_eq!((case.security, case.user.as_deref(), case.has_password), (Security::Tls, Some("alice"), false));
}
