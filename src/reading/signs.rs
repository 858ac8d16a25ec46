//! What a message's header fields and words say about what it is: a bounce, a warning, an answer, a success.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::sync::LazyLock;

use regex::{Regex, RegexSet, SetMatches};

use super::decode;
use super::mime::Head;

static SYSTEM: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)mailer.?daemon|postmaster|post_master|mail ?(?:delivery|system|administrator)|mdaemon|mail deliver|ndr admin|delivery (?:sub)?system|interscan|no-?reply|courier mail server|^<>$|mailerdaemon|bounce").expect("a pattern")
});

static BOUNCED: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(concat!(
        r"(?i)undeliver|not? (?:be )?deliver|returned? (?:mail|message|to sender)|fail|delivery (?:status|problem|delay|incomplete|has|notif|err)|bounce|could not be (?:sent|deliver)|blocked|error|reject|warning: (?:message|could)|delayed|",
        r"unzustellbar|nicht zu(?:ge)?stell|zustellung|fehlgeschlagen|nachricht nicht|r.ckl.ufer|non.?(?:remis|distribu|livr)|.chec|impossible (?:de|à) (?:remettre|livrer)|",
        r"no (?:se )?(?:pud|pued|ha podido|entreg)|devuelto|devoluci|fall[oó]|n[aã]o (?:entreg|p[oô]de|foi)|falha|devolv|mancat|non (?:recapitat|consegnat)|impossibile|restituit|onbestelbaar|niet (?:bezorgd|afgeleverd|besteld|worden)|mislukt|",
        r"olever|kunde inte|ikke (?:leveres|levert)|niedostarcz|zwrot|недостав|не ?доставлен|возвра|не удалось|配信|送信でき|配送|不達|失敗|エラー|退信|无法|無法|退回|投递|배달|전송 실패|teslim edileme|iletileme"
    ))
    .expect("a pattern")
});

static ANSWER: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(concat!(
        r"(?i)^auto: |out of (?:the )?office|auto(?:matic|matische|mated|maattinen)?[ -]?(?:reply|response|respuesta|antwort|svar|respond)|abwesen|vacation|absen(?:t|ce)(?-u:\b)|away from|on leave|on holiday|r.ponse automatique|respuesta autom|resposta autom|risposta autom|",
        r"automatisch(?:e|es)? (?:antwo|best)|automatiskt svar|ausente|fuera de|fora do|fuori (?:sede|ufficio)|afwezig|urlaub|nicht im (?:b.ro|haus)|en cong|f[eé]rias|vacaciones|in ferie|自動(?:返信|応答)|不在"
    ))
    .expect("a pattern")
});

static DELAY: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)(?-u:\b)delay|still (?:being )?(?:retr|undeliver)|^\W*warning(?-u:\b)|incomplete|not yet (?:been )?deliver|temporar|verz.ger|retard|retras|demor|vertraag|atras(?:o|ad)|ritard|opó.nien|задерж|遅延|延迟|延遲")
    .expect("a pattern")
});

static COMPLAINT: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)^(?:\[[^\]]*\] *)?(?:complaint (?:about|regarding|from)|abuse report|(?:e-?mail )?feedback report|spam (?:complaint|report))")
        .expect("a pattern")
});

/// What servers report of a day's mail to the owner of a domain (RFC 7489 §7.2.1.1, RFC 8460 §5.3).
static AGGREGATE: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"(?i)^(?:\[[^\]]*\] *)?report domain: ?\S+ submitter: ?\S").expect("a pattern"));

const CHALLENGE: &str = r"(?i)(?:reply to this|click|follow|visit|confirm|prove|verify)[^.\n]*(?:to (?:have|get|let) your (?:message|mail|e-mail)|you are (?:a )?(?:human|real|not)|that you sent|your (?:message|mail|e-mail) (?:will|can|to) be)|your (?:message|mail|e-mail) (?:to|will) be delivered,? (?:once|when|after|if|please)|have your (?:message|mail|e-mail) delivered|awaits? (?:moderator )?approval|is being held until|confirm your (?:message|subscription|e-?mail)|challenge.response";

const AWAY: &str = concat!(
    r"(?i)out of (?:the |my )?office|on (?:vacation|holiday|leave)|auto(?:matic|mated)?[ -]?(?:reply|response|responder)|away (?:from|until)|will (?:be back|return|reply)|i am (?:currently )?(?:away|out|travel)|abwesend|im urlaub|nicht im (?:b.ro|haus)|",
    r"en cong|de vacaciones|de f[eé]rias|in ferie|op vakantie|afwezig|自動(?:返信|応答)|不在"
);

const WAITING: &str = concat!(
    r"(?i)warning (?:message )?only|(?:not|n't) need to re-?send|not yet (?:been )?delivered|(?:will|shall) (?:keep|continue)(?: on)? (?:trying|to (?:be )?(?:try|retr|attempt))|(?:will|to) (?:be )?retr(?:y|ied) (?:for|until|again)|",
    r"attempts? will continue|temporary failure report|delivery (?:has been|is) delayed|is delayed for|no action is required on your part|wird weiter(?:hin)? versucht|zustellung (?:wurde |ist |wird )?verz|nouvelle tentative|se seguir. intentando|verdere pogingen|continuer. (?:a|ad) (?:tentare|provare)|再送"
);

const FINAL: &str = r"(?i)permanent(?:ly)? (?:error|fail|fatal)|failed permanently|given up|giving up|no further (?:delivery )?attempt|will not (?:be retried|continue)|not going to try again|retry timeout exceeded|too long in the queue|in the queue too long|permanenter fehler|erreur permanente|error permanente|erro permanente|errore permanente";

const DELIVERED: &str = r"(?i)success(?:ful|fully)? (?:mail )?deliver|was (?:successfully )?(?:delivered|relayed) to|has been (?:successfully )?(?:delivered|relayed)|delivered successfully|delivery (?:to \S+ )?was successful|relayed to (?:a )?(?:mailer|system)s? that do(?:es)? not|erfolgreich zugestellt|a été (?:remis|distribu)";

/// What words say, all told in one pass: these, in the order of [`Says`].
static WORDS: LazyLock<RegexSet> =
    LazyLock::new(|| RegexSet::new([CHALLENGE, AWAY, WAITING, FINAL, DELIVERED]).expect("patterns"));

/// One thing that words may say.
#[derive(Clone, Copy)]
enum Says {
    Challenge,
    Away,
    Waiting,
    Final,
    Delivered,
}

/// What is looked at of the words, in octets.
const LOOKED_AT: usize = 4 * 1024;

/// The signs of one message.
pub(super) struct Signs<'t> {
    from: Cow<'t, str>,
    subject: Cow<'t, str>,
    words: &'t str,
    said: OnceCell<SetMatches>,
    /// Whether the header says that a program answered by itself.
    automatic: bool,
    /// Whether it came with the empty return path.
    nobody: bool,
    failed: bool,
}

impl<'t> Signs<'t> {
    pub(super) fn of(head: &Head<'t>, words: &'t str) -> Self {
        let automatic = ["x-autoreply", "x-autorespond", "x-auto-response-from", "x-vacation", "x-autogenerated"]
            .iter()
            .any(|h| head.raw(h).is_some())
            || head.raw("precedence").is_some_and(|p| p.to_ascii_lowercase().contains("auto"))
            || head
                .raw("auto-submitted")
                .is_some_and(|a| a.get(..12).is_some_and(|a| a.eq_ignore_ascii_case("auto-replied")));
        Self {
            from: decode::words(head.raw("from").unwrap_or_default()),
            subject: decode::words(head.raw("subject").unwrap_or_default()),
            words: &words[..words.floor_char_boundary(LOOKED_AT)],
            said: OnceCell::new(),
            automatic,
            nobody: head.raw("return-path").is_some_and(|p| p == "<>"),
            failed: head.raw("x-failed-recipients").is_some(),
        }
    }

    fn says(&self, what: Says) -> bool {
        self.said.get_or_init(|| WORDS.matches(self.words)).matched(what as usize)
    }

    /// Whether a mail system speaks.
    pub(super) fn system(&self) -> bool {
        self.failed || SYSTEM.is_match(&self.from)
    }

    /// Whether it looks like a bounce from outside.
    pub(super) fn bounce(&self) -> bool {
        self.system() || BOUNCED.is_match(&self.subject)
    }

    /// Whether nobody is to get an answer, and it is no answer itself: bounces come so, but not they alone.
    pub(super) fn nobody(&self) -> bool {
        self.nobody && !self.automatic
    }

    /// Whether the words begin as a bounce's subject might read.
    pub(super) fn laments(&self) -> bool {
        BOUNCED.is_match(&self.words[..self.words.floor_char_boundary(600)])
    }

    /// Whether a person's program answers: away, confirm first, held for approval.
    pub(super) fn answer(&self) -> bool {
        if ANSWER.is_match(&self.subject) && !SYSTEM.is_match(&self.from) {
            return true;
        }
        if self.failed || BOUNCED.is_match(&self.subject) {
            return false;
        }
        self.says(Says::Challenge)
            || ((self.automatic || self.nobody) && !SYSTEM.is_match(&self.from) && self.says(Says::Away))
            || WORDS.matches(&self.subject).matched(Says::Challenge as usize)
    }

    /// Whether the message still waits: a warning, not a failure.
    pub(super) fn waits(&self) -> bool {
        self.says(Says::Waiting) || (DELAY.is_match(&self.subject) && !self.says(Says::Final))
    }

    /// Whether somebody's mail system passes a complaint on.
    pub(super) fn complains(&self) -> bool {
        COMPLAINT.is_match(&self.subject)
    }

    /// Whether it is a report of a day's mail, which tells of no single message.
    pub(super) fn aggregate(&self) -> bool {
        AGGREGATE.is_match(&self.subject)
    }

    /// Whether the header says that a program answered.
    pub(super) fn automatic(&self) -> bool {
        self.automatic
    }

    /// Whether it was given up.
    pub(super) fn given_up(&self) -> bool {
        self.says(Says::Final)
    }

    /// Whether it tells of a success.
    pub(super) fn delivered(&self) -> bool {
        (self.says(Says::Delivered) || WORDS.matches(&self.subject).matched(Says::Delivered as usize))
            && !self.says(Says::Final)
    }

    /// The subject.
    pub(super) fn subject(&self) -> &str {
        &self.subject
    }
}
