//! The command `yumigahama`.

use std::io::Write as _;
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

use api::accounts::staff::{self, NewStaff, Wanted};
use api::bookings::import::import_bookings;
use api::config::Config;
use api::db::Db;
use api::facilities::import::import_facilities;
use api::registers::FileEncoding;
use api::registers::command::{export_certified, import_files, receive_from, reports_text};
use api::tables::{report_text, terminal_locale};
use api::{App, Clock, attendance, calendar, clock_starting_at, demo, notices, openapi, server, system_clock, telemetry, waitlist};
use chrono::{DateTime, Utc};
use clap::{Parser, Subcommand, ValueEnum};
use shared::facilities::ImportReport;
use shared::ids::FacilityId;
use shared::locale::Locale;
use shared::municipalities::MunicipalityCode;
use shared::problem::sentence;
use shared::registers::{Kind, RegisterReport, schema};
use shared::time::Month;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Childcare without a city border: the server with its API, app and database
#[derive(Parser)]
#[command(name = "yumigahama", version)]
struct Cli {
    #[command(flatten)]
    config: Config,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Serve app, API and API pages (the default); an empty database is migrated and filled with the demo world
    Serve {
        /// Leave an empty database empty
        #[arg(long)]
        no_demo: bool,
        /// Let the clock begin at this instant (RFC 3339) instead of now, for demonstrations and journeys
        #[arg(long)]
        clock_from: Option<DateTime<Utc>>,
    },
    /// Bring the tables up to date
    Migrate,
    /// Fill an empty database with the fictional demo world
    Demo,
    /// Print the API's document (OpenAPI 3.1)
    Openapi {
        /// Write the documents of files of registers (CSV on the Web) into this folder instead
        #[arg(long, value_name = "FOLDER")]
        registers: Option<PathBuf>,
    },
    /// Take in published open data
    #[command(subcommand)]
    Import(Import),
    /// Write files for others
    #[command(subcommand)]
    Export(Export),
    /// Fetch files of registers from where the city puts them
    #[command(subcommand)]
    Exchange(ExchangeCommand),
    /// Let people of facilities in
    #[command(subcommand)]
    Staff(Staff),
    /// Look after notices
    #[command(subcommand)]
    Notices(NoticesCommand),
}

#[derive(Subcommand)]
enum NoticesCommand {
    /// Put what was set aside, because no notices could be made of it, into the queue again
    Again,
}

#[derive(Subcommand)]
enum Export {
    /// Write a municipality's certified children, with what they used in a month and what is left (CSV)
    Certified {
        /// The municipality by its 6-digit code
        #[arg(long, value_name = "CODE")]
        municipality: String,
        /// The month of use, for example 2026-12; this month when absent
        #[arg(long)]
        month: Option<Month>,
        /// How the file is written
        #[arg(long, value_enum, default_value_t)]
        encoding: FileEncoding,
        /// Hand it over to a folder or service instead of writing it to standard output
        #[arg(long, value_name = "PLACE")]
        to: Option<String>,
    },
}

#[derive(Subcommand)]
enum ExchangeCommand {
    /// Take in every file that waits, and acknowledge it
    Receive {
        /// A folder, or the address of a service as openapi/register-exchange.json describes it
        #[arg(long, env = "YUMIGAHAMA_EXCHANGE", value_name = "PLACE")]
        at: String,
        /// How the report is written
        #[arg(long, value_enum, default_value_t)]
        format: Format,
    },
}

#[derive(Subcommand)]
enum Staff {
    /// Make an account for a member of a facility's staff; a password is made up and printed once unless one is given
    #[command(group = clap::ArgGroup::new("where").required(true))]
    Add {
        /// The facility by its id, the last part of its page's address
        #[arg(long, group = "where", value_name = "ID")]
        facility_id: Option<String>,
        /// The facility by its whole name
        #[arg(long, group = "where", value_name = "NAME")]
        facility: Option<String>,
        /// The mail address to sign in with
        #[arg(long)]
        email: String,
        /// The person's name
        #[arg(long)]
        name: String,
        /// Read the password from the first line of standard input
        #[arg(long)]
        password_stdin: bool,
    },
}

#[derive(Subcommand)]
enum Import {
    /// Take in lists of childcare facilities (子育て施設一覧, CSV in UTF-8 or CP932); good records go in, bad ones are listed
    Facilities {
        /// The files
        #[arg(required = true)]
        files: Vec<PathBuf>,
        /// Only look: report what would happen and write nothing
        #[arg(long)]
        dry_run: bool,
        /// How the report is written
        #[arg(long, value_enum, default_value_t)]
        format: Format,
    },
    /// Take in bookings of another system (CSV in UTF-8 or CP932); each is booked by the rules of any booking, bad ones are listed
    Bookings {
        /// The files
        #[arg(required = true)]
        files: Vec<PathBuf>,
        /// Only look: report what would happen and write nothing
        #[arg(long)]
        dry_run: bool,
        /// How the report is written
        #[arg(long, value_enum, default_value_t)]
        format: Format,
    },
    /// Take in extracts of the register of residents (CSV in UTF-8 or CP932); a file with an individual number is refused whole
    Residents {
        /// The files
        #[arg(required = true)]
        files: Vec<PathBuf>,
        /// Only look: report what would happen and write nothing
        #[arg(long)]
        dry_run: bool,
        /// How the report is written
        #[arg(long, value_enum, default_value_t)]
        format: Format,
    },
    /// Take in certified children and what they used elsewhere (CSV in UTF-8 or CP932), from the national system or another city
    Certified {
        /// The files
        #[arg(required = true)]
        files: Vec<PathBuf>,
        /// Only look: report what would happen and write nothing
        #[arg(long)]
        dry_run: bool,
        /// How the report is written
        #[arg(long, value_enum, default_value_t)]
        format: Format,
    },
    /// Take in the Cabinet Office's list of national holidays (syukujitsu.csv); all or nothing
    Holidays {
        /// The file
        file: PathBuf,
    },
}

#[derive(Clone, Copy, Default, ValueEnum)]
enum Format {
    /// A table, in the language of LANG
    #[default]
    Text,
    /// JSON
    Json,
}

type Outcome = Result<ExitCode, Box<dyn std::error::Error>>;

#[actix_web::main]
async fn main() -> ExitCode {
    let started = Instant::now();
    let cli = Cli::parse();
    telemetry::start(&cli.config);
    match run(cli, started).await {
        Ok(code) => code,
        Err(error) => {
            eprintln!("yumigahama: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(cli: Cli, started: Instant) -> Outcome {
    let config = cli.config;
    match cli.command.unwrap_or(Command::Serve { no_demo: false, clock_from: None }) {
        Command::Serve { no_demo, clock_from } => {
            serve(config, !no_demo, clock_from.map_or_else(system_clock, clock_starting_at), started).await
        }
        Command::Migrate => {
            let ran = open(&config)?.migrate()?;
            println!("{} migrations ran", ran.len());
            Ok(ExitCode::SUCCESS)
        }
        Command::Demo => {
            let db = open(&config)?;
            db.migrate()?;
            let app = App::new(db, config, system_clock());
            if demo::load_when_empty(&app).await? {
                println!("{}", demo::sign_ins());
                Ok(ExitCode::SUCCESS)
            } else {
                Err("the database is not empty; the demo world is only loaded into an empty one".into())
            }
        }
        Command::Openapi { registers: None } => {
            print!("{}", openapi::text());
            Ok(ExitCode::SUCCESS)
        }
        Command::Openapi { registers: Some(folder) } => {
            for kind in Kind::ALL {
                let document = serde_json::to_string_pretty(&schema::document(kind))? + "\n";
                std::fs::write(folder.join(schema::file_name(kind)), document)?;
            }
            Ok(ExitCode::SUCCESS)
        }
        Command::Import(what) => import(config, what).await,
        Command::Export(Export::Certified { municipality, month, encoding, to }) => {
            let city = MunicipalityCode::parse(&municipality)?;
            let db = open(&config)?;
            db.migrate()?;
            let app = App::new(db, config, system_clock());
            if let Some(bytes) = export_certified(&app, &city, month, encoding, to.as_deref()).await? {
                std::io::stdout().write_all(&bytes)?;
            }
            Ok(ExitCode::SUCCESS)
        }
        Command::Exchange(ExchangeCommand::Receive { at, format }) => {
            let db = open(&config)?;
            db.migrate()?;
            let app = App::new(db, config, system_clock());
            tell_registers(&receive_from(&app, &at).await?, format)
        }
        Command::Notices(NoticesCommand::Again) => {
            let db = open(&config)?;
            db.migrate()?;
            let events = db.write(notices::store::take_up).await?;
            println!("{events} events wait for their notices again");
            Ok(ExitCode::SUCCESS)
        }
        Command::Staff(Staff::Add { facility_id, facility, email, name, password_stdin }) => {
            let password = if password_stdin { Some(std::io::stdin().lines().next().transpose()?.unwrap_or_default()) } else { None };
            let wanted = facility_id.map(|id| Wanted::Id(FacilityId::new(id))).or(facility.map(Wanted::Name)).ok_or("which facility?")?;
            let db = open(&config)?;
            db.migrate()?;
            add_staff(&db, NewStaff { facility: wanted, email, name, password }).await
        }
    }
}

async fn import(config: Config, what: Import) -> Outcome {
    let db = open(&config)?;
    db.migrate()?;
    let locale = terminal_locale(std::env::var("LANG").ok().as_deref());
    match what {
        Import::Facilities { files, dry_run, format } => {
            tell(&import_facilities(&db, &files, dry_run, system_clock()()).await?, format, locale)
        }
        Import::Bookings { files, dry_run, format } => {
            let app = App::new(db, config, system_clock());
            tell(&import_bookings(&app, &files, dry_run).await?, format, locale)
        }
        Import::Residents { files, dry_run, format } => {
            let app = App::new(db, config, system_clock());
            tell_registers(&import_files(&app, Kind::Residents, &files, dry_run).await?, format)
        }
        Import::Certified { files, dry_run, format } => {
            let app = App::new(db, config, system_clock());
            tell_registers(&import_files(&app, Kind::Certified, &files, dry_run).await?, format)
        }
        Import::Holidays { file } => match calendar::import_holidays(&db, &file).await {
            Ok(counts) => {
                println!("{}", calendar::counts_text(counts, locale));
                Ok(ExitCode::SUCCESS)
            }
            Err(calendar::ImportError::Unread(reasons)) => {
                reasons.iter().for_each(|reason| eprintln!("{}: {}", file.display(), reason.sentence(locale)));
                Ok(ExitCode::FAILURE)
            }
            Err(error) => Err(error.into()),
        },
    }
}

/// Prints what an import did.
fn tell(report: &ImportReport, format: Format, locale: Locale) -> Outcome {
    print_report(report, format, || report_text(report, locale))?;
    Ok(exit_code(report.is_clean()))
}

fn print_report<T: serde::Serialize>(report: &T, format: Format, text: impl FnOnce() -> String) -> Result<(), serde_json::Error> {
    match format {
        Format::Text => print!("{}", text()),
        Format::Json => println!("{}", serde_json::to_string_pretty(report)?),
    }
    Ok(())
}

/// Prints what became of files of registers.
fn tell_registers(reports: &[RegisterReport], format: Format) -> Outcome {
    let locale = terminal_locale(std::env::var("LANG").ok().as_deref());
    print_report(&reports, format, || reports_text(reports, locale))?;
    Ok(exit_code(reports.iter().all(RegisterReport::is_clean)))
}

/// Whether everything went in.
const fn exit_code(is_clean: bool) -> ExitCode {
    if is_clean { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

async fn add_staff(db: &Db, new: NewStaff) -> Outcome {
    let locale = terminal_locale(std::env::var("LANG").ok().as_deref());
    let added = staff::add(db, new, system_clock()()).await.map_err(|refusal| refusal.sentence(locale))?;
    println!("{}", sentence("accounts.staff.added", locale));
    println!("  {}\n  {}\n  {}", added.facility, added.name, added.email);
    if let Some(password) = added.made_up_password {
        println!("\n{}\n  {password}", sentence("accounts.staff.password_once", locale));
    }
    Ok(ExitCode::SUCCESS)
}

fn open(config: &Config) -> Result<Db, Box<dyn std::error::Error>> {
    Ok(Db::open(&config.database_url, config.db_connections)?)
}

async fn serve(config: Config, with_demo: bool, clock: Clock, started: Instant) -> Outcome {
    let db = open(&config)?;
    db.migrate()?;
    let listener = TcpListener::bind(&config.bind).map_err(|error| format!("cannot listen on {}: {error}", config.bind))?;
    let address = listener.local_addr()?;
    let app = App::new(db, config, clock).with_provider()?.with_own_channels().await?;
    if with_demo && demo::load_when_empty(&app).await? {
        eprintln!("demo world loaded / デモ用の架空データを読み込みました");
    }
    let workers = std::thread::available_parallelism().map_or(2, usize::from);
    let server = server::serve(app.clone(), listener, workers)?;
    tracing::info!(%address, ms = started.elapsed().as_millis(), "ready");
    // Passkeys need a name.
    let host = if address.ip().is_loopback() { format!("localhost:{}", address.port()) } else { address.to_string() };
    eprintln!("\n  弓ヶ浜 Yumigahama\n  app   http://{host}/\n  API   http://{host}/docs/\n");
    if demo::is_loaded(&app).await? {
        eprintln!("{}", demo::sign_ins());
    }
    let house = actix_web::rt::spawn(server::keep_house(app.clone()));
    let waiting = actix_web::rt::spawn(waitlist::jobs::keep_asking(app.clone()));
    let making = actix_web::rt::spawn(notices::jobs::keep_making(app.clone()));
    let delivering = actix_web::rt::spawn(notices::jobs::keep_delivering(app.clone()));
    let telling = actix_web::rt::spawn(attendance::live::keep_telling(app.clone()));
    let ending = actix_web::rt::spawn(server::end_boards_when_asked_to_stop(app.clone()));
    let time = actix_web::rt::spawn(server::keep_time(app.clone()));
    let sandboxes = actix_web::rt::spawn(api::sandboxes::jobs::keep_settled(app.clone()));
    server.await?;
    api::clients::meter::write_down(&app).await?;
    house.abort();
    waiting.abort();
    time.abort();
    sandboxes.abort();
    making.abort();
    delivering.abort();
    telling.abort();
    ending.abort();
    Ok(ExitCode::SUCCESS)
}
