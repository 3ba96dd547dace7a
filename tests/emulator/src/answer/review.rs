//! A short code review of the diff in a prompt: what a reader of the diff can see at once.

/// Reviews the first diff found in `text`, if there is one.
pub(super) fn review(text: &str) -> Option<String> {
    let files = files(text);
    if files.is_empty() {
        return None;
    }
    let mut lines = vec![format!(
        "I read {} changed {}, {} lines added and {} removed.",
        files.len(),
        if files.len() == 1 { "file" } else { "files" },
        files.iter().map(|file| file.added.len()).sum::<usize>(),
        files.iter().map(|file| file.removed).sum::<usize>(),
    )];
    for file in &files {
        lines.push(format!("\n**{}** (+{} -{})", file.name, file.added.len(), file.removed));
        let mut remarks: Vec<String> = Vec::new();
        for (number, line) in &file.added {
            for (sign, remark) in SIGNS {
                if line.contains(sign) && remarks.len() < 4 {
                    remarks.push(format!("- line {number}: `{}` {remark}", line.trim()));
                    break;
                }
            }
        }
        if remarks.is_empty() {
            remarks
                .push("- nothing to object to; a test of the changed path would help".to_owned());
        }
        lines.append(&mut remarks);
    }
    let is_tested = files.iter().any(|file| file.name.contains("test"));
    lines.push(
        if is_tested {
            "\nThe change comes with tests. Approve once the remarks above are answered."
        } else {
            "\nNo test changes with it: please add one that fails without this change."
        }
        .to_owned(),
    );
    Some(lines.join("\n"))
}

/// The names of the files a diff in `text` touches.
pub(super) fn file_names(text: &str) -> Vec<String> {
    files(text).into_iter().map(|file| file.name).collect()
}

struct File {
    name: String,
    added: Vec<(u64, String)>,
    removed: usize,
}

fn files(text: &str) -> Vec<File> {
    let mut files: Vec<File> = Vec::new();
    let mut line_number = 0;
    let mut is_in_hunk = false;
    for line in text.lines() {
        if let Some(name) = line.strip_prefix("+++ ") {
            let name = name.strip_prefix("b/").unwrap_or(name).split('\t').next().unwrap_or("");
            files.push(File { name: name.to_owned(), added: Vec::new(), removed: 0 });
            is_in_hunk = false;
        } else if let Some(hunk) = line.strip_prefix("@@ ") {
            is_in_hunk = true;
            line_number = first_new_line(hunk);
        } else if line.starts_with("diff --git") || line.starts_with("--- ") {
            is_in_hunk = false;
        } else if is_in_hunk && let Some(file) = files.last_mut() {
            if let Some(added) = line.strip_prefix('+') {
                file.added.push((line_number, added.to_owned()));
                line_number += 1;
            } else if line.starts_with('-') {
                file.removed += 1;
            } else {
                line_number += 1;
            }
        }
    }
    files
}

fn first_new_line(hunk: &str) -> u64 {
    let new = hunk.split_whitespace().find_map(|part| part.strip_prefix('+'));
    new.and_then(|new| new.split(',').next()).and_then(|line| line.parse().ok()).unwrap_or(1)
}

const SIGNS: &[(&str, &str)] = &[
    (".unwrap()", "stops the program on the first bad input; return the error"),
    (".expect(", "stops the program on the first bad input; return the error"),
    ("panic!", "ends the program; an error would let the caller decide"),
    ("TODO", "is left open; finish it or name who will"),
    ("FIXME", "is left open; finish it or name who will"),
    ("println!", "writes to standard output from a library; use the log"),
    ("console.log", "looks like a trace left behind"),
    ("print(", "looks like a trace left behind"),
    (".clone()", "copies; borrow if the value is not kept"),
    (" as u32", "truncates silently; convert with a check"),
    (" as usize", "truncates silently; convert with a check"),
    ("except:", "catches everything, interrupts included"),
    ("eval(", "runs text as code"),
    ("sleep(", "makes the outcome depend on timing"),
    ("unsafe", "needs a comment that says why it is sound"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_review_names_files_and_lines() {
        let diff = "Please review:\n--- a/src/lib.rs\n+++ b/src/lib.rs\n@@ -1,2 +10,3 @@\n fn a() {\n+    x.unwrap();\n-    y;\n }\n";
        let review = review(diff).unwrap();
        assert!(review.contains("**src/lib.rs** (+1 -1)"), "{review}");
        assert!(review.contains("line 11: `x.unwrap();`"), "{review}");
        assert!(super::review("no diff here").is_none());
    }
}
