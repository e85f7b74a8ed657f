//! Hostile names in reports, as parsers read them that others wrote: no element, link, or command that hipaalint does not write.

use crate::report::runs::{everything, injecting, many, one_long_line, whole};
use hipaalint::report::{html, junit, markdown};
use html5gum::{Token, Tokenizer};
use pulldown_cmark::{Event, Options, Parser, Tag};
use quick_xml::events::Event as Xml;

#[test]
fn html_has_known_elements_alone() {
    const KNOWN: &str = "a body br code dd details div dl dt em figcaption figure footer g h1 h2 h3 h4 head header html li main mark meta nav ol p \
         pre rect section span strong style summary svg table tbody td text th thead time title tr ul";
    for run in [whole(), everything(), injecting(), many(), one_long_line()] {
        let mut tags = 0;
        for Ok(token) in Tokenizer::new(run.text(html::write).as_str()) {
            match token {
                Token::StartTag(tag) => {
                    let name = String::from_utf8_lossy(&tag.name).into_owned();
                    assert!(KNOWN.split_whitespace().any(|known| known == name), "<{name}>");
                    for key in tag.attributes.keys() {
                        let key = String::from_utf8_lossy(key).into_owned();
                        assert!(!key.starts_with("on") && key != "src" && key != "style", "{key} of <{name}>");
                    }
                    tags += 1;
                }
                Token::Error(error) => panic!("{error:?}"),
                _ => {}
            }
        }
        assert!(tags > 20);
    }
}

#[test]
fn xml_is_well_formed() {
    for run in [whole(), everything(), injecting(), many(), one_long_line()] {
        let text = run.text(junit::write);
        let mut reader = quick_xml::Reader::from_str(&text);
        reader.config_mut().check_comments = true;
        loop {
            match reader.read_event().unwrap() {
                Xml::Eof => break,
                Xml::Start(tag) | Xml::Empty(tag) => {
                    let known = ["testsuites", "testsuite", "testcase", "failure", "error", "skipped"];
                    assert!(known.contains(&tag.name().as_ref()), "{tag:?}");
                    tag.attributes().for_each(|attribute| drop(attribute.unwrap()));
                }
                Xml::CData(_) | Xml::Comment(_) | Xml::PI(_) | Xml::DocType(_) => panic!("not what hipaalint writes"),
                _ => {}
            }
        }
    }
}

#[test]
fn markdown_has_known_elements_and_links_alone() {
    for run in [whole(), everything(), injecting(), many(), one_long_line()] {
        let text = run.text(markdown::write);
        for event in Parser::new_ext(&text, Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH) {
            match event {
                Event::Start(Tag::Link { dest_url, .. }) => assert!(
                    dest_url.starts_with("https://github.com/hipaalint/")
                        || dest_url.starts_with("https://docs.aws.amazon.com/"),
                    "{dest_url}"
                ),
                Event::Start(Tag::Image { dest_url, .. }) => panic!("{dest_url}"),
                Event::Html(html) | Event::InlineHtml(html) => {
                    for tag in html.split('<').skip(1) {
                        let name: String =
                            tag.trim_start_matches('/').chars().take_while(char::is_ascii_alphanumeric).collect();
                        let known = ["details", "summary", "br", "sub", "b", "code"];
                        assert!(known.contains(&name.as_str()) || tag.starts_with("!--"), "{html}");
                    }
                }
                _ => {}
            }
        }
    }
}
