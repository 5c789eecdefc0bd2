//! Mail by SMTP: plain words and a simple page of the same words, with files that come along.

use std::time::Duration;

use futures_util::future::BoxFuture;
use lettre::message::header::{ContentType, Header, HeaderName, HeaderValue};
use lettre::message::{Attachment as Part, Mailbox, MultiPart, SinglePart};
use lettre::transport::smtp::{Error, PoolConfig};
use lettre::{AsyncSmtpTransport, AsyncTransport as _, Message as Mail, Tokio1Executor};
use reqwest::Url;
use shared::ids::AccountId;

use super::{Attachment, Channel, Endpoint, Message, Outcome};
use crate::accounts::store::MailAddress;
use crate::config::Config;
use crate::db::{AnyConnection, DbError};
use crate::{accounts, outside};

/// The channel's name.
pub const NAME: &str = "mail";
/// A step of the conversation may take so long.
const PATIENCE: Duration = Duration::from_secs(10);
/// So many conversations at a time.
const CONVERSATIONS: u32 = 8;
/// Answers of 5xx that are about us or the server, not about the recipient: waiting or a hand helps. They are syntax, commands, and signing in
/// (RFC 5321, section 4.2.3; RFC 4954, section 6).
const ABOUT_US: [u16; 11] = [500, 501, 502, 503, 504, 521, 523, 530, 534, 535, 538];

/// The channel to mail addresses.
pub struct Sender {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
}

impl Sender {
    /// The channel over this server (`smtps://user:password@host`, `smtp://…?tls=required`), from this address. Only to this machine mail goes
    /// in clear.
    pub fn new(url: &str, from: &str) -> Result<Self, String> {
        outside::choose_tls();
        let from: Mailbox = from.parse().map_err(|error| format!("{from} is no mail address: {error}"))?;
        let address = Url::parse(url).map_err(|error| format!("the address of the mail server is none: {error}"))?;
        let tls = address.query_pairs().find(|(name, _)| name == "tls").map(|(_, value)| value.into_owned());
        let is_sealed = address.scheme() == "smtps" || tls.as_deref() == Some("required");
        let is_here = matches!(address.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"));
        if !is_sealed && !is_here {
            return Err("mail would go in clear: say smtps://… or smtp://…?tls=required".to_owned());
        }
        let transport = AsyncSmtpTransport::<Tokio1Executor>::from_url(url)
            .map_err(|error| format!("the address of the mail server is none: {error}"))?
            .timeout(Some(PATIENCE))
            .pool_config(PoolConfig::new().max_size(CONVERSATIONS))
            .build();
        Ok(Self { transport, from })
    }

    async fn deliver(&self, endpoint: &Endpoint, message: &Message) -> Result<Outcome, String> {
        let to: Mailbox = endpoint.address.parse().map_err(|_| "no mail address".to_owned())?;
        let mail = mail(message, &self.from, to).map_err(|error| error.to_string())?;
        Ok(match self.transport.send(mail).await {
            Ok(_) => Outcome::Accepted,
            Err(error) => outcome(&error),
        })
    }
}

/// The channel of the settings; none where there is no mail server.
pub fn of(config: &Config) -> Result<Option<Sender>, String> {
    match (&config.smtp_url, &config.mail_from) {
        (Some(url), Some(from)) => Sender::new(url, from).map(Some),
        (None, _) => Ok(None),
        (Some(_), None) => Err("mail needs both: the mail server and the address that it comes from".to_owned()),
    }
}

impl Channel for Sender {
    fn name(&self) -> &'static str {
        NAME
    }

    fn brings_files(&self) -> bool {
        true
    }

    fn list_endpoints(&self, conn: &mut AnyConnection, account: &AccountId) -> Result<Vec<Endpoint>, DbError> {
        Ok(accounts::store::find_address(conn, account)?.filter(|known| known.is_confirmed).map(endpoint).into_iter().collect())
    }

    fn unconfirmed(&self, conn: &mut AnyConnection, account: &AccountId) -> Result<Option<Endpoint>, DbError> {
        Ok(accounts::store::find_address(conn, account)?.filter(|known| !known.is_confirmed).map(endpoint))
    }

    fn send<'a>(&'a self, endpoint: &'a Endpoint, message: &'a Message) -> BoxFuture<'a, Outcome> {
        Box::pin(async move { self.deliver(endpoint, message).await.unwrap_or_else(Outcome::Refused) })
    }
}

fn endpoint(known: MailAddress) -> Endpoint {
    Endpoint { id: String::new(), address: known.email, details: String::new() }
}

/// What a mail server's no means.
fn outcome(error: &Error) -> Outcome {
    let code = error.status().map(u16::from);
    match code {
        Some(code) if error.is_permanent() && !ABOUT_US.contains(&code) => Outcome::Refused(code.to_string()),
        // Its words may name the recipient.
        Some(code) => {
            tracing::warn!(code, "the mail server does not take mail now");
            Outcome::Later(None)
        }
        None => {
            tracing::warn!(%error, "the mail server was not reached");
            Outcome::Later(None)
        }
    }
}

macro_rules! header {
    ($(#[$doc:meta])* $name:ident, $text:literal) => {
        $(#[$doc])*
        #[derive(Clone)]
        struct $name(String);

        impl Header for $name {
            fn name() -> HeaderName {
                HeaderName::new_from_ascii_str($text)
            }

            fn parse(text: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
                Ok(Self(text.to_owned()))
            }

            fn display(&self) -> HeaderValue {
                HeaderValue::new(Self::name(), self.0.clone())
            }
        }
    };
}

header!(/** Where one unsubscribes (RFC 2369). */ ListUnsubscribe, "List-Unsubscribe");
header!(/** That one does so by one click (RFC 8058). */ ListUnsubscribePost, "List-Unsubscribe-Post");
header!(/** That nobody wrote it by hand, so that no machine answers (RFC 3834). */ AutoSubmitted, "Auto-Submitted");
header!(/** In which language it is. */ ContentLanguage, "Content-Language");

/// The mail of a message.
fn mail(message: &Message, from: &Mailbox, to: Mailbox) -> Result<Mail, lettre::error::Error> {
    let mut builder = Mail::builder()
        .from(from.clone())
        .to(to)
        .subject(one_line(&message.title))
        // The same when it is sent again, so that mail programs show it once.
        .message_id(Some(format!("<{}@{}>", message.delivery_id, from.email.domain())))
        .header(AutoSubmitted("auto-generated".to_owned()))
        .header(ContentLanguage(message.locale.html_lang().to_owned()));
    if let Some(address) = &message.list_unsubscribe {
        builder = builder
            .header(ListUnsubscribe(format!("<{}>", one_line(address))))
            .header(ListUnsubscribePost("List-Unsubscribe=One-Click".to_owned()));
    }
    let words = MultiPart::alternative_plain_html(plain(message), page(message));
    let with_files = message.attachments.iter().fold(MultiPart::mixed().multipart(words), |parts, file| parts.singlepart(part(file)));
    builder.multipart(with_files)
}

fn part(file: &Attachment) -> SinglePart {
    let kind = ContentType::parse(&file.media_type).or_else(|_| ContentType::parse("application/octet-stream"));
    // The second of them is a kind of file for certain.
    Part::new(one_line(&file.name)).body(file.bytes.clone(), kind.unwrap_or(ContentType::TEXT_PLAIN))
}

/// No header has a second line.
fn one_line(text: &str) -> String {
    text.split(|c: char| c.is_control()).collect::<Vec<_>>().join(" ")
}

fn plain(message: &Message) -> String {
    format!("{}\n\n{}\n\n{}\n{}\n", message.title, message.body, message.step_label, message.step_url)
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;").replace('\'', "&#39;")
}

/// One column, one button, colours that read well on light and dark, sizes that grow with the reader's.
fn page(message: &Message) -> String {
    let paragraphs: String =
        message.body.lines().filter(|line| !line.trim().is_empty()).map(|line| format!("<p>{}</p>\n", escaped(line))).collect();
    let (lang, title, url, label) =
        (message.locale.html_lang(), escaped(&message.title), escaped(&message.step_url), escaped(&message.step_label));
    format!(
        "<!doctype html>\n<html lang=\"{lang}\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n<title>{title}</title>\n</head>\n\
         <body style=\"margin:0 auto;padding:1.5em;max-width:36em;font-family:sans-serif;font-size:1em;line-height:1.7\">\n\
         <h1 style=\"font-size:1.35em;line-height:1.5\">{title}</h1>\n{paragraphs}\
         <p style=\"margin:2em 0\"><a href=\"{url}\" style=\"display:inline-block;padding:.8em 1.6em;border-radius:.5em;background:#0017c1;color:#ffffff;\
         font-weight:bold;text-decoration:none\">{label}</a></p>\n</body>\n</html>\n"
    )
}

#[cfg(test)]
mod tests {
    use shared::locale::Locale;
    use shared::notices::Kind;

    use super::super::Urgency;
    use super::*;

    fn message() -> Message {
        Message {
            delivery_id: "d1".into(),
            notice_id: "n1".into(),
            account_id: "a1".into(),
            kind: Kind::BookingConfirmed,
            subject: None,
            locale: Locale::Ja,
            title: "予約を受け付けました".to_owned(),
            body: "1行目 <b>\n\n2行目".to_owned(),
            lock_title: "お知らせ".to_owned(),
            step_url: "https://example.jp/n/abc?a=1&b=2".to_owned(),
            step_label: "予約を見る".to_owned(),
            topic: None,
            urgency: Urgency::Normal,
            ttl: Duration::from_secs(60),
            badge: 1,
            attachments: Vec::new(),
            list_unsubscribe: None,
            receipt: "r1".to_owned(),
        }
    }

    #[test]
    fn words_of_a_message_are_never_markup() {
        let page = page(&Message { title: "<script>\"'&".to_owned(), ..message() });
        assert!(page.contains("&lt;script&gt;&quot;&#39;&amp;") && !page.contains("<script>"));
        assert!(page.contains("<p>1行目 &lt;b&gt;</p>\n<p>2行目</p>"));
        assert!(page.contains("href=\"https://example.jp/n/abc?a=1&amp;b=2\""));
        assert_eq!(page.matches("<a ").count(), 1);
    }

    #[test]
    fn no_title_makes_a_header_of_its_own() {
        let sent = Message {
            title: "a\r\nBcc: b@example.jp".to_owned(),
            list_unsubscribe: Some("https://x\r\nBcc: b@example.jp".to_owned()),
            ..message()
        };
        let mail = mail(&sent, &"a@example.jp".parse().unwrap(), "c@example.jp".parse().unwrap()).unwrap();
        let text = String::from_utf8(mail.formatted()).unwrap();
        let text = text.split("\r\n\r\n").next().unwrap();
        assert!(!text.lines().any(|line| line.to_ascii_lowercase().starts_with("bcc")), "{text}");
    }

    #[actix_web::test]
    async fn mail_goes_in_clear_to_this_machine_only() {
        let from = "弓ヶ浜 <notices@example.jp>";
        for url in
            ["smtps://user:pass@mail.example.jp", "smtp://mail.example.jp:587?tls=required", "smtp://127.0.0.1:1025", "smtp://localhost"]
        {
            assert!(Sender::new(url, from).is_ok(), "{url}");
        }
        for url in ["smtp://mail.example.jp", "smtp://mail.example.jp?tls=opportunistic", "http://mail.example.jp", "mail.example.jp", ""] {
            assert!(Sender::new(url, from).is_err(), "{url}");
        }
        assert!(Sender::new("smtps://mail.example.jp", "nobody").is_err());
    }
}
