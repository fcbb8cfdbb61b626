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

fn files(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries.filter_map(|entry| entry.file_name().into_string().ok()).collect()
}
