//! The words of a sentence that somebody typed.

/// A word, and its symbol if it is in the vocabulary.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Word {
    pub text: String,
    pub symbol: Option<u16>,
}

/// The words of a sentence in any language. Of those that begin at a place the longest that is in the vocabulary is taken, for
/// there are no spaces between the words of some languages; what is in none is a word of its own, in letters of the alphabet up
/// to its end and else a single character. Capitals are as small letters, and marks that are no words are left out.
///
/// The first two names are none of words.
pub(super) fn words_of(sentence: &str, names: &[String]) -> Vec<Word> {
    let lower = sentence.to_lowercase();
    let mut rest = lower.as_str();
    let mut words = Vec::new();
    while let Some(first) = rest.chars().next() {
        if first.is_whitespace() {
            rest = &rest[first.len_utf8()..];
            continue;
        }
        let run = rest.find(|character| !is_of_run(character)).unwrap_or(rest.len());
        let known = names.iter().enumerate().skip(2).filter(|(_, name)| {
            // Not the beginning of another word.
            rest.starts_with(name.as_str()) && !name.is_empty() && (run == 0 || name.len() >= run)
        });
        let longest = known.max_by_key(|(_, name)| name.len());
        let (length, symbol) = match longest {
            Some((symbol, name)) => (name.len(), Some(symbol as u16)),
            None if run > 0 => (run, None),
            None => (first.len_utf8(), None),
        };
        if symbol.is_some() || first.is_alphanumeric() {
            words.push(Word { text: rest[..length].to_owned(), symbol });
        }
        rest = &rest[length..];
    }
    words
}

/// Whether words of such characters are written with spaces between them.
fn is_of_run(character: char) -> bool {
    let is_ideograph = matches!(character as u32, 0x2E80..=0xA4CF | 0xF900..=0xFAFF | 0x20000..=0x3FFFF);
    (character.is_alphanumeric() || character == '\'' || character == '’') && !is_ideograph
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(sentence: &str, names: &[&str]) -> Vec<(String, bool)> {
        let names: Vec<String> = ["", "?"].iter().chain(names).map(|name| (*name).to_owned()).collect();
        words_of(sentence, &names).into_iter().map(|word| (word.text, word.symbol.is_some())).collect()
    }

    fn of(words: &[(&str, bool)]) -> Vec<(String, bool)> {
        words.iter().map(|(word, is_known)| ((*word).to_owned(), *is_known)).collect()
    }

    #[test]
    fn words_are_found_with_and_without_spaces() {
        let english = ["the", "soup", "was", "awful", "so"];
        assert_eq!(
            known("The SOUP was… awfully so!", &english),
            of(&[("the", true), ("soup", true), ("was", true), ("awfully", false), ("so", true)])
        );
        let chinese = ["汤", "非常", "好喝", "好", "，"];
        assert_eq!(
            known("汤非常好喝，真的。", &chinese),
            of(&[("汤", true), ("非常", true), ("好喝", true), ("，", true), ("真", false), ("的", false)])
        );
        assert_eq!(known(" \n.", &english), []);
        assert_eq!(known("?", &english), [], "the name of unknown words is none");
    }
}
