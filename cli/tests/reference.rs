//! The pages in `docs/reference` and `docs/man` say what the commands say of themselves. `SMSVC_RECORD=1`, which is what
//! `cargo xtask docs` sets, writes them.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use docker_smsvc::reference::{Page, man_page, man_pages, markdown_pages};

#[test]
fn the_pages_are_those_that_would_be_written() {
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs");
    let mut stale = Vec::new();
    for (folder, pages) in [("reference", markdown_pages()), ("man", man_pages())] {
        let folder = docs.join(folder);
        let wanted: BTreeSet<&str> = pages.iter().map(|page| page.name.as_str()).collect();
        if std::env::var_os("SMSVC_RECORD").is_some() {
            fs::create_dir_all(&folder).expect("the folder can be made");
            for name in files(&folder).iter().filter(|name| !wanted.contains(name.as_str())) {
                fs::remove_file(folder.join(name)).expect("the page can be removed");
            }
            for page in &pages {
                fs::write(folder.join(&page.name), &page.text).expect("the page can be written");
            }
        }
        stale.extend(files(&folder).into_iter().filter(|name| !wanted.contains(name.as_str())));
        let differs =
            |page: &&Page| fs::read_to_string(folder.join(&page.name)).ok() != Some(page.text.clone());
        stale.extend(pages.iter().filter(differs).map(|page| page.name.clone()));
    }
    assert!(stale.is_empty(), "out of date: {}; `cargo xtask docs` writes them anew", stale.join(", "));
}

#[test]
fn a_page_is_found_by_the_words_that_are_typed() {
    let page = |words: &[&str]| man_page(&words.iter().map(|&word| word.to_owned()).collect::<Vec<_>>());
    assert!(
        page(&["network", "redefine"])
            .is_some_and(|text| text.contains("docker\\-smsvc\\-network\\-redefine"))
    );
    assert!(page(&["create"]).is_some_and(|text| text.contains("\\-\\-ip\\-budget")));
    assert!(page(&[]).is_some());
    assert_eq!(page(&["nothing"]), None);
}

#[test]
fn every_code_that_is_told_stands_in_the_page_of_codes() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let page = fs::read_to_string(root.join("docs/errors.md")).expect("the page is there");
    let mut told = BTreeSet::new();
    let mut folders = vec![root.join("cli/src"), root.join("shared/src")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("a folder").flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if let Ok(text) = fs::read_to_string(path) {
                told.extend(codes(&text));
            }
        }
    }
    assert!(told.len() > 80, "{told:?}");
    let missing: Vec<&String> = told.iter().filter(|code| !page.contains(&format!("| {code} |"))).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

/// What looks like a code at the beginning of a text.
fn codes(source: &str) -> impl Iterator<Item = String> {
    source.split('"').skip(1).filter_map(|text| {
        let code = text.get(..4)?;
        let ends = matches!(text.as_bytes().get(4), None | Some(b':'));
        let digits = code.get(1..)?.bytes().all(|byte| byte.is_ascii_digit());
        (ends && digits && code.starts_with(['E', 'W'])).then(|| code.to_owned())
    })
}

fn files(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries.filter_map(|entry| entry.file_name().into_string().ok()).collect()
}
