//! Settings, all by environment; the README has the table.

/// How log lines are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum LogFormat {
    /// For people.
    Text,
    /// For machines, one JSON object a line.
    Json,
}

/// The settings of a process.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = "Settings")]
pub struct Config {
    /// SQLite file, or a `postgres://` address
    #[arg(long, env = "DATABASE_URL", default_value = "data/yumigahama.db", hide_env_values = true, global = true)]
    pub database_url: String,

    /// Address and port to listen on
    #[arg(long, env = "YUMIGAHAMA_BIND", default_value = "127.0.0.1:8080", global = true)]
    pub bind: String,

    /// How people reach it; cookies are `Secure` when it begins with https
    #[arg(long, env = "YUMIGAHAMA_PUBLIC_URL", default_value = "http://localhost:8080", global = true)]
    pub public_url: String,

    /// The provider of residents' sign-in (OpenID Connect); none: they are not offered it
    #[arg(long, env = "YUMIGAHAMA_OIDC_ISSUER", global = true)]
    pub oidc_issuer: Option<String>,

    /// Who we are to that provider
    #[arg(long, env = "YUMIGAHAMA_OIDC_CLIENT_ID", global = true)]
    pub oidc_client_id: Option<String>,

    /// File of our private key to that provider (PEM, PKCS #8; P-256 or RSA)
    #[arg(long, env = "YUMIGAHAMA_OIDC_KEY_FILE", global = true)]
    pub oidc_key_file: Option<std::path::PathBuf>,

    /// File of our private key to push services (PEM, PKCS #8, P-256); none: one is made once and kept in the database
    #[arg(long, env = "YUMIGAHAMA_PUSH_KEY_FILE", global = true)]
    pub push_key_file: Option<std::path::PathBuf>,

    /// For tests only: push services may be on this machine, and without TLS
    #[arg(long, env = "YUMIGAHAMA_PUSH_TO_LOOPBACK", hide = true, global = true)]
    pub push_to_loopback: bool,

    /// The mail server, `smtps://user:password@host` or `smtp://user:password@host?tls=required`; none: no notice goes by mail
    #[arg(long, env = "YUMIGAHAMA_SMTP_URL", hide_env_values = true, global = true)]
    pub smtp_url: Option<String>,

    /// The address that mail comes from, also with a name: `弓ヶ浜 <notices@example.jp>`
    #[arg(long, env = "YUMIGAHAMA_MAIL_FROM", global = true)]
    pub mail_from: Option<String>,

    /// Connections to the database
    #[arg(long, env = "YUMIGAHAMA_DB_CONNECTIONS", default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..=200), global = true)]
    pub db_connections: u32,

    /// Template of the map's tiles; empty for none
    #[arg(long, env = "YUMIGAHAMA_TILES", default_value = "https://cyberjapandata.gsi.go.jp/xyz/pale/{z}/{x}/{y}.png", global = true)]
    pub tiles: String,

    /// Folder of the sandboxes in which vendors try their programs; empty: none are offered
    #[arg(long, env = "YUMIGAHAMA_SANDBOXES", default_value = "data/sandboxes", global = true)]
    pub sandboxes: String,

    /// How log lines are written
    #[arg(long, env = "YUMIGAHAMA_LOG_FORMAT", value_enum, default_value = "text", global = true)]
    pub log_format: LogFormat,

    /// Which log lines are written, for example `info` or `yumigahama=debug`
    #[arg(long, env = "YUMIGAHAMA_LOG", default_value = "info,actix_server=warn", global = true)]
    pub log: String,
}

impl Config {
    /// Whether cookies may only travel over https.
    pub fn secure(&self) -> bool {
        self.public_url.starts_with("https://")
    }
}
