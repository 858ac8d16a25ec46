//! Puts the files of `assets/` into the program: each as it is written, and as JSON too, which is read many times faster when the
//! program starts. A file that is not TOML ends the build with its name and line. And what a text needs for each phrase, in one table.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

#[path = "src/guide/needles.rs"]
mod needles;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=src/guide/needles.rs");
    println!("cargo::rerun-if-changed=assets");
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo says where"));
    let assets = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("cargo says where")).join("assets");
    let mut files = Vec::new();
    collect(&assets, &mut files);
    let mut names: Vec<(String, PathBuf)> = files.into_iter().map(|path| (name(&assets, &path), path)).collect();
    names.sort();
    let mut table = String::from("[\n");
    let mut phrases = Vec::new();
    for (at, (name, path)) in names.iter().enumerate() {
        let text = fs::read_to_string(path).unwrap_or_else(|e| panic!("assets/{name}: {e}"));
        let value: toml::Table = toml::from_str(&text).unwrap_or_else(|e| panic!("assets/{name}: {e}"));
        if name.starts_with("codes/") {
            phrases.extend(texts(&value));
        }
        let json = out.join(format!("{at}.json"));
        fs::write(&json, serde_json::to_string(&value).expect("TOML without dates")).expect("OUT_DIR is writable");
        writeln!(table, "    File {{ name: {name:?}, toml: include_str!({path:?}), json: include_str!({json:?}) }},")
            .expect("memory");
    }
    table.push(']');
    fs::write(out.join("assets.rs"), table).expect("OUT_DIR is writable");
    let all = needles::Gathered::of(phrases.iter().map(String::as_str));
    let table = format!(
        "Gathered {{ words: Cow::Borrowed({:?}), fulfils: Cow::Borrowed(&{:?}), begins: Cow::Borrowed(&{:?}), \
         alternatives: Cow::Borrowed(&{:?}), always: Cow::Borrowed(&{:?}) }}",
        all.words, all.fulfils, all.begins, all.alternatives, all.always
    );
    fs::write(out.join("needles.rs"), table).expect("OUT_DIR is writable");
}

/// The expressions of a file's phrases.
fn texts(file: &toml::Table) -> Vec<String> {
    let phrases = file.get("phrase").and_then(toml::Value::as_array);
    phrases.into_iter().flatten().filter_map(|p| Some(p.get("text")?.as_str()?.to_owned())).collect()
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display())) {
        let path = entry.expect("an entry of a folder").path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|e| e == "toml") {
            files.push(path);
        }
    }
}

/// The name under `assets/`.
fn name(assets: &Path, path: &Path) -> String {
    path.strip_prefix(assets).expect("below assets").to_string_lossy().replace('\\', "/")
}
