//! Slips of the finger: a domain that is a key or two away from one that many people, or this user, write to.

/// What a domain was probably meant to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Slip {
    /// One that is well known, or that the user wrote to before.
    Domain(String),
    /// The same with an ending that exists.
    Ending(String),
}

/// The slip that a domain looks like, if any. `own` are the user's earlier ones.
pub(super) fn slip(known: &[String], own: &[String], endings: &[String], typed: &str) -> Option<Slip> {
    let domain = typed.to_lowercase();
    if known.contains(&domain) || own.contains(&domain) {
        return None;
    }
    if let Some(near) = near(known.iter().chain(own), &domain) {
        return Some(Slip::Domain(near.to_owned()));
    }
    let (name, ending) = domain.rsplit_once('.')?;
    if psl::suffix(domain.as_bytes()).is_some_and(|suffix| suffix.is_known()) {
        return None;
    }
    let meant = endings.iter().filter(|e| apart(e, ending) <= KEY).min_by_key(|e| (apart(e, ending), e.len()))?;
    Some(Slip::Ending(format!("{name}.{meant}")))
}

/// What one wrong key costs; its neighbour on the keyboard half of it.
const KEY: usize = 2;

fn near<'a>(known: impl Iterator<Item = &'a String>, domain: &str) -> Option<&'a str> {
    // The same provider in another country is no slip: yahoo.co.nz is not yahoo.co.uk.
    let abroad = |a: &str, b: &str| {
        let label = |d: &str| d.split('.').next().map(str::to_owned);
        label(a) == label(b) && psl::suffix(b.as_bytes()).is_some_and(|s| s.is_known())
    };
    let slip = |(known, distance): &(&String, usize)| {
        *distance <= KEY || (*distance <= 2 * KEY && known.len() > 9 && !abroad(known, domain))
    };
    // Most are far away: their lengths tell.
    let close = known.filter(|known| known.len().abs_diff(domain.len()) <= 2);
    close
        .map(|known| (known, apart(known, domain)))
        .filter(slip)
        .min_by_key(|(_, d)| *d)
        .map(|(known, _)| known.as_str())
}

/// How far two words are apart, in halves of a key: letters left out, put in, changed, or swapped with the next.
fn apart(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut rows: Vec<Vec<usize>> = vec![(0..=b.len()).map(|j| j * KEY).collect()];
    for i in 1..=a.len() {
        let mut row = vec![i * KEY];
        for j in 1..=b.len() {
            let changed = rows[i - 1][j - 1] + cost(a[i - 1], b[j - 1]);
            let mut least = changed.min(rows[i - 1][j] + KEY).min(row[j - 1] + KEY);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                least = least.min(rows[i - 2][j - 2] + KEY);
            }
            row.push(least);
        }
        rows.push(row);
    }
    rows[a.len()][b.len()]
}

fn cost(a: char, b: char) -> usize {
    if a == b {
        0
    } else if neighbours(a, b) {
        KEY / 2
    } else {
        KEY
    }
}

/// Whether two keys lie side by side, in the rows that keyboards share; y and z stand in each other's place on some.
fn neighbours(a: char, b: char) -> bool {
    const ROWS: [&str; 4] = ["1234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm"];
    let place = |c: char| ROWS.iter().enumerate().find_map(|(y, row)| Some((y, row.find(c)?)));
    let (Some((ay, ax)), Some((by, bx))) = (place(a), place(b)) else { return false };
    matches!((a, b), ('y', 'z') | ('z', 'y'))
        || match ay.cmp(&by) {
            std::cmp::Ordering::Equal => ax.abs_diff(bx) == 1,
            // A lower row stands half a key to the right.
            std::cmp::Ordering::Less => by - ay == 1 && (ax == bx || ax == bx + 1),
            std::cmp::Ordering::Greater => ay - by == 1 && (bx == ax || bx == ax + 1),
        }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(own: &[&str], typed: &str) -> Option<String> {
        let known = ["gmail.com", "hotmail.fr", "yahoo.co.uk", "outlook.com", "mail.com"].map(str::to_owned);
        let endings = ["com", "net", "org", "de", "co"].map(str::to_owned);
        let own: Vec<String> = own.iter().map(|o| (*o).to_owned()).collect();
        slip(&known, &own, &endings, typed).map(|slip| match slip {
            Slip::Domain(to) => to,
            Slip::Ending(to) => format!("ending {to}"),
        })
    }

    #[test]
    fn a_slip_is_known_and_another_country_is_none() {
        for (typed, meant) in [
            ("gmial.com", Some("gmail.com")),
            ("Gmail.con", Some("gmail.com")),
            ("gnaol.com", Some("gmail.com")),
            ("otulok.com", Some("outlook.com")),
            ("hotmail.it", None),
            ("yahoo.co.nz", None),
            ("mail.com", None),
            ("example.org", None),
        ] {
            assert_eq!(found(&[], typed).as_deref(), meant, "{typed}");
        }
    }

    #[test]
    fn an_ending_that_nobody_has_is_told_with_the_nearest() {
        assert_eq!(found(&[], "company-of-mine.con").as_deref(), Some("ending company-of-mine.com"));
        assert_eq!(found(&[], "company-of-mine.ogr").as_deref(), Some("ending company-of-mine.org"));
        assert_eq!(found(&[], "company-of-mine.internal"), None);
        assert_eq!(found(&[], "company-of-mine.example"), None);
    }

    #[test]
    fn where_the_user_wrote_before_counts_as_known() {
        assert_eq!(found(&["acme-tools.example"], "acme-tolls.example").as_deref(), Some("acme-tools.example"));
        assert_eq!(found(&["gmial.com"], "gmial.com"), None, "it works for this user");
    }

    #[test]
    fn a_neighbour_on_the_keyboard_is_nearer_than_another_key() {
        assert!(apart("gmail", "gmsil") < apart("gmail", "gmpil"));
        assert_eq!(apart("gmail", "gmial"), KEY);
    }
}
