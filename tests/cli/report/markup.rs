//! Reads HTML and XML as strictly as XML is written: every element is closed, every attribute quoted.

/// An element with what is in it.
#[derive(Debug, Default)]
pub struct Element {
    pub name: String,
    pub attributes: Vec<(String, String)>,
    pub children: Vec<Element>,
    /// The text in it, without that of its children.
    pub text: String,
}

/// Elements of HTML that have no end tag.
const VOID: [&str; 2] = ["meta", "br"];

impl Element {
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(own, _)| own == name).map(|(_, value)| value.as_str())
    }

    /// The element itself and all below it, in the order of the text.
    pub fn all(&self) -> Vec<&Element> {
        std::iter::once(self).chain(self.children.iter().flat_map(Element::all)).collect()
    }

    pub fn named(&self, name: &str) -> Vec<&Element> {
        self.all().into_iter().filter(|element| element.name == name).collect()
    }

    /// All text in it and below it.
    pub fn whole_text(&self) -> String {
        self.all().into_iter().map(|element| element.text.as_str()).collect()
    }
}

/// The root element of a document.
pub fn parse(document: &str) -> Element {
    let mut open = vec![Element::default()];
    let mut rest = document;
    while let Some((text, tag)) = rest.split_once('<') {
        let here = open.last_mut().unwrap();
        here.text.push_str(&unescaped(text));
        if let Some(style) = tag.strip_prefix("style>") {
            // Raw text, up to the end tag.
            rest = style.split_once("</style>").unwrap().1;
            continue;
        }
        let (tag, after) = split_tag(tag);
        rest = after;
        if let Some(name) = tag.strip_prefix('/') {
            let element = open.pop().unwrap();
            assert_eq!(element.name, name, "closed in the wrong order");
            open.last_mut().unwrap().children.push(element);
        } else if !tag.starts_with(['!', '?']) {
            let (tag, is_closed) = tag.strip_suffix('/').map_or((tag, false), |tag| (tag, true));
            let element = element(tag);
            if is_closed || VOID.contains(&element.name.as_str()) {
                open.last_mut().unwrap().children.push(element);
            } else {
                open.push(element);
            }
        }
    }
    assert_eq!(open.len(), 1, "{} is never closed", open.last().unwrap().name);
    assert_eq!(rest.trim(), "", "text after the document");
    let mut elements = open.pop().unwrap().children;
    assert_eq!(elements.len(), 1);
    elements.pop().unwrap()
}

/// A tag without its brackets, and what comes after it. A `>` between quotes would end it for careless readers.
fn split_tag(text: &str) -> (&str, &str) {
    let (tag, after) = text.split_once('>').unwrap();
    assert!(tag.matches('"').count().is_multiple_of(2), "{tag}");
    (tag, after)
}

fn element(tag: &str) -> Element {
    let (name, mut rest) = tag.split_once(' ').unwrap_or((tag, ""));
    assert!(name.chars().all(|c| c.is_ascii_alphanumeric()), "<{tag}>");
    let mut attributes: Vec<(String, String)> = Vec::new();
    while !rest.trim().is_empty() {
        let (attribute, value) = rest.trim_start().split_once("=\"").unwrap_or_else(|| panic!("<{tag}>"));
        let (value, after) = value.split_once('"').unwrap();
        assert!(attribute.chars().all(|c| c.is_ascii_alphabetic() || c == '-'), "{attribute}");
        assert!(attributes.iter().all(|(known, _)| known != attribute), "{attribute} twice in <{tag}>");
        assert!(!value.contains('<'));
        attributes.push((attribute.to_owned(), unescaped(value)));
        rest = after;
    }
    Element { name: name.to_owned(), attributes, ..Element::default() }
}

fn unescaped(text: &str) -> String {
    assert!(!text.contains('>'), "{text}");
    let allowed = |c: char| matches!(c, '\n' | '\t' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..);
    assert!(text.chars().all(allowed), "a character that XML does not know: {text:?}");
    for reference in text.split('&').skip(1) {
        let name = reference.split_once(';').map(|(name, _)| name);
        assert!(matches!(name, Some("amp" | "lt" | "gt" | "quot" | "apos" | "#39")), "&{reference}");
    }
    let text = text
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&#39;", "'")
        .replace("&apos;", "'");
    text.replace("&amp;", "&")
}

#[test]
fn markup_is_read() {
    let root = parse("<?xml?>\n<a b=\"1\" c=\"&lt;\"><d/>x &amp;<br>y<e>z</e></a>");
    assert_eq!((root.attribute("c"), root.text.as_str(), root.whole_text().as_str()), (Some("<"), "x &y", "x &yz"));
    assert_eq!(root.all().iter().map(|element| element.name.as_str()).collect::<Vec<_>>(), ["a", "d", "br", "e"]);
    for broken in ["<a><b></a>", "<a b=c></a>", "<a>", "<a>&nbsp;</a>", "<a b=\"1\" b=\"2\"/>", "<a/>x", "<a>\u{1}</a>"]
    {
        assert!(std::panic::catch_unwind(|| parse(broken)).is_err(), "{broken}");
    }
}
