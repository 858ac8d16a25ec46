#!/bin/sh
# Fills fuzz/corpus with the texts of the fixtures, one a file.
set -eu
cd "$(dirname "$0")/.."
for target in reply text bounce log; do
    mkdir -p "fuzz/corpus/$target"
done
for fixture in tests/reading/fixtures/*.txt; do
    name=$(basename "$fixture" .txt)
    case $name in
        logs) targets="log text" ;;
        words | others | forms) targets="reply text bounce log" ;;
        *) targets="text bounce" ;;
    esac
    for target in $targets; do
        awk -v out="fuzz/corpus/$target/$name" '
            /^#### / { n++; next }
            n { print > (out "-" n) }
        ' "$fixture"
    done
done

# Lines beyond the cut, parts in parts, octets that are no text.
log='Nov 20 10:00:00 mx1 postfix/smtp[1]: 4F1A22C0B5: to=<bob@example.org>, dsn=5.1.1, status=bounced (host mx.example.org said: 550 5.1.1'
long=$(awk 'BEGIN { for (i = 0; i < 16300; i++) printf "y" }')
for target in text log; do
    printf '%s %s)\n%s %s%s)\n' "$log" "$long" "$log" "$long" "$long" >"fuzz/corpus/$target/long"
    printf '%s \000\000)\n' "$log" >"fuzz/corpus/$target/nul"
done
printf '\005550 5.1.1 \000\000bob\000@example.org\000 unknown\r\n' >fuzz/corpus/reply/nul
for target in text bounce; do
    {
        printf 'From: MAILER-DAEMON@example.net\nTo: a@example.net\nSubject: failure notice\n'
        awk 'BEGIN { for (i = 0; i < 300; i++) printf "Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n", i, i }'
        printf '\n550 5.1.1 user unknown\n\000'
    } >"fuzz/corpus/$target/deep"
    for charset in utf-7 utf-16 koi8-r gb18030 shift_jis iso-2022-jp x-unknown; do
        printf 'From: MAILER-DAEMON@example.net\nSubject: failure notice\nContent-Type: text/html; charset=%s\nContent-Transfer-Encoding: quoted-printable\n\n<p>550 =D4=C1=CB =00 no</p>\n\000' \
            "$charset" >"fuzz/corpus/$target/$charset"
    done
done
