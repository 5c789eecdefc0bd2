//! Puts the built app into the binary: every file of `dist/` raw, brotli and gzip, with its type and hash.

use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

type Outcome<T> = Result<T, Box<dyn Error>>;

/// What `web/public/sw.js` holds between its marks until the build fills it in.
const BUILD_START: &str = "/*BUILD*/";
const BUILD_END: &str = "/*END*/";

/// Who else than families has a build of their own: the page that starts it, and what only they use beside it (the camera that reads
/// codes at the door, and what keeps the day for times without network).
const AUDIENCES: [(&str, &str, &[&str]); 2] = [("staff", "/staff.html", &["/camera.js", "/vault.js"]), ("office", "/office.html", &[])];

/// Shown instead of the app by a server that was compiled before the app was built.
const NOT_BUILT: &str = r#"<!doctype html>
<html lang="ja"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>弓ヶ浜 Yumigahama</title></head>
<body><main><h1>弓ヶ浜 Yumigahama</h1>
<p>このサーバーには画面が入っていません。<code>make run</code> を実行してください。</p>
<p lang="en">This server was compiled without the app. Run <code>make run</code>.</p></main></body></html>
"#;

struct File {
    /// As in the URL, beginning with `/`.
    path: String,
    bytes: Vec<u8>,
}

fn main() -> Outcome<()> {
    println!("cargo::rerun-if-env-changed=YUMIGAHAMA_DIST");
    println!("cargo::rerun-if-changed=build.rs");
    let out = PathBuf::from(std::env::var("OUT_DIR")?);
    let dist = match std::env::var("YUMIGAHAMA_DIST") {
        Ok(path) => PathBuf::from(path),
        Err(_) => Path::new(&std::env::var("CARGO_MANIFEST_DIR")?).join("../dist"),
    };
    // Cargo treats a watched path that does not exist as always changed, which would compile the
    // server anew on every call; an empty folder is as good as none.
    fs::create_dir_all(&dist)?;
    println!("cargo::rerun-if-changed={}", dist.display());

    let mut files = Vec::new();
    collect(&dist, "", &mut files)?;
    files.sort_by(|a, b| a.path.cmp(&b.path));
    if !files.iter().any(|file| file.path == "/index.html") {
        files = vec![File { path: "/index.html".to_owned(), bytes: NOT_BUILT.into() }];
    }
    fill_service_worker(&mut files)?;
    write_table(&out, &files)
}

/// Every file below `folder`; names that begin with a dot are Trunk's own working files.
fn collect(folder: &Path, prefix: &str, files: &mut Vec<File>) -> Outcome<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.starts_with('.') {
            continue;
        }
        let path = format!("{prefix}/{name}");
        if entry.file_type()?.is_dir() {
            collect(&entry.path(), &path, files)?;
        } else {
            files.push(File { path, bytes: fs::read(entry.path())? });
        }
    }
    Ok(())
}

/// Names the build in `/sw.js`: a version over all files, and the files that devices keep, each with its audience: what families
/// need every device has. What lies under `/vendor/` (the map) is fetched when it is first looked at.
fn fill_service_worker(files: &mut [File]) -> Outcome<()> {
    let mut all = Sha256::new();
    let mut kept = Vec::new();
    let text = |path: &str| files.iter().find(|file| file.path == path).map(|file| String::from_utf8_lossy(&file.bytes).into_owned());
    let pages = AUDIENCES.map(|(audience, page, scripts)| (audience, page, scripts, text(page).unwrap_or_default()));
    let audience = |path: &str| {
        let owns = |(_, page, scripts, text): &&(&str, &str, &[&str], String)| {
            path == *page || scripts.contains(&path) || (path.starts_with("/web-") && text.contains(path))
        };
        pages.iter().find(owns).map_or("family", |(audience, ..)| audience)
    };
    for file in files.iter() {
        let hash = hex(&Sha256::digest(&file.bytes));
        all.update(&file.path);
        all.update(&hash);
        if file.path != "/sw.js" && !file.path.starts_with("/vendor/") {
            let path = file.path.replace('\\', "\\\\").replace('"', "\\\"");
            let short: String = hash.chars().take(16).collect();
            let audience = audience(&file.path);
            kept.push(format!(r#"{{"path":"{path}","hash":"{short}","audience":"{audience}"}}"#));
        }
    }
    let version: String = hex(&all.finalize()).chars().take(16).collect();
    let build = format!(r#"{{"version":"{version}","files":[{}]}}"#, kept.join(","));

    let Some(worker) = files.iter_mut().find(|file| file.path == "/sw.js") else {
        return Ok(());
    };
    let source = String::from_utf8(std::mem::take(&mut worker.bytes))?;
    let (Some((before, _)), Some((_, after))) = (source.split_once(BUILD_START), source.split_once(BUILD_END)) else {
        return Err(format!("sw.js has no {BUILD_START}…{BUILD_END} for the list of files").into());
    };
    worker.bytes = format!("{before}{build}{after}").into_bytes();
    Ok(())
}

fn write_table(out: &Path, files: &[File]) -> Outcome<()> {
    let folder = out.join("assets");
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    fs::create_dir_all(&folder)?;

    let mut table = String::from("pub(super) static FILES: &[File] = &[\n");
    for (number, file) in files.iter().enumerate() {
        let raw = format!("{number}.raw");
        fs::write(folder.join(&raw), &file.bytes)?;
        let kind = content_type(&file.path);
        let (mut br, mut gz) = (None, None);
        if is_text_like(kind) {
            br = keep_if_smaller(&folder, format!("{number}.br"), &file.bytes, &brotli(&file.bytes)?)?;
            gz = keep_if_smaller(&folder, format!("{number}.gz"), &file.bytes, &gzip(&file.bytes)?)?;
        }
        writeln!(
            table,
            "    File {{ path: {:?}, content_type: {kind:?}, hash: {:?}, immutable: {}, raw: {}, br: {}, gz: {} }},",
            file.path,
            hex(&Sha256::digest(&file.bytes)),
            has_hashed_name(&file.path),
            include(&raw),
            optional(br),
            optional(gz),
        )?;
    }
    table.push_str("];\n");

    let pages = files.iter().filter(|file| file.path.ends_with(".html"));
    let hashes: Vec<String> = pages.flat_map(|file| inline_script_hashes(&String::from_utf8_lossy(&file.bytes))).collect();
    writeln!(table, "pub(super) static INLINE_SCRIPT_HASHES: &[&str] = &{hashes:?};")?;
    fs::write(out.join("assets.rs"), table)?;
    Ok(())
}

fn include(name: &str) -> String {
    format!(r#"include_bytes!(concat!(env!("OUT_DIR"), "/assets/{name}"))"#)
}

fn optional(name: Option<String>) -> String {
    name.map_or("None".to_owned(), |name| format!("Some({})", include(&name)))
}

fn keep_if_smaller(folder: &Path, name: String, raw: &[u8], packed: &[u8]) -> Outcome<Option<String>> {
    if packed.len() >= raw.len() {
        return Ok(None);
    }
    fs::write(folder.join(&name), packed)?;
    Ok(Some(name))
}

/// The best compression takes seconds; while developing, a fast one will do.
fn is_release() -> bool {
    std::env::var("PROFILE").is_ok_and(|profile| profile == "release")
}

fn brotli(bytes: &[u8]) -> Outcome<Vec<u8>> {
    let quality = if is_release() { 11 } else { 4 };
    let mut packed = brotli::CompressorWriter::new(Vec::new(), 64 * 1024, quality, 22);
    packed.write_all(bytes)?;
    Ok(packed.into_inner())
}

fn gzip(bytes: &[u8]) -> Outcome<Vec<u8>> {
    let level = if is_release() { flate2::Compression::best() } else { flate2::Compression::fast() };
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), level);
    packed.write_all(bytes)?;
    Ok(packed.finish()?)
}

fn content_type(path: &str) -> &'static str {
    match path.rsplit_once('.').map_or("", |(_, extension)| extension) {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "wasm" => "application/wasm",
        "json" | "map" => "application/json",
        "geojson" => "application/geo+json",
        "webmanifest" => "application/manifest+json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "webp" => "image/webp",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "txt" | "md" => "text/plain; charset=utf-8",
        "pbf" => "application/x-protobuf",
        _ => "application/octet-stream",
    }
}

fn is_text_like(content_type: &str) -> bool {
    content_type.starts_with("text/")
        || content_type.contains("json")
        || content_type.contains("wasm")
        || content_type.contains("svg")
        || content_type.contains("protobuf")
}

/// Whether the name changes with the content, as Trunk's `web-0123456789abcdef_bg.wasm` does.
fn has_hashed_name(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let stem = name.split('.').next().unwrap_or(name);
    let stem = stem.strip_suffix("_bg").unwrap_or(stem);
    stem.rsplit_once('-').is_some_and(|(_, hash)| (12..=64).contains(&hash.len()) && hash.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

/// A strict content security policy runs only inline scripts that it names; Trunk starts the app with one.
fn inline_script_hashes(html: &str) -> Vec<String> {
    let mut hashes = Vec::new();
    let mut rest = html;
    while let Some((_, from_tag)) = rest.split_once("<script") {
        let Some((attributes, from_body)) = from_tag.split_once('>') else {
            break;
        };
        let Some((body, after)) = from_body.split_once("</script") else {
            break;
        };
        let has_source = attributes.split_ascii_whitespace().any(|part| part.starts_with("src="));
        if !has_source && !body.is_empty() {
            hashes.push(format!("sha256-{}", STANDARD.encode(Sha256::digest(body))));
        }
        rest = after;
    }
    hashes
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing into a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
