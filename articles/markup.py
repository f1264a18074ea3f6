"""The HTML that a story is written in. Pure."""

TAGS = {
    *("p", "br", "hr", "h2", "h3", "h4", "blockquote", "cite", "q", "pre", "code"),
    *("a", "abbr", "b", "strong", "i", "em", "s", "del", "ins", "mark", "small", "sub", "sup"),
    *("ul", "ol", "li", "dl", "dt", "dd", "time", "figure", "figcaption", "img", "iframe"),
    *("table", "caption", "colgroup", "col", "thead", "tbody", "tfoot", "tr", "th", "td"),
}
ATTRIBUTES = {
    "*": {"dir", "lang"},
    "a": {"href", "title"},
    "abbr": {"title"},
    "acronym": {"title"},
    "col": {"span"},
    "iframe": {"src", "title", "width", "height", "allowfullscreen"},
    "img": {"src", "alt", "width", "height"},
    "ol": {"start"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
    "time": {"datetime"},
}
INLINE = {
    *("a", "abbr", "b", "cite", "code", "del", "em", "i", "ins", "mark", "q", "s", "small"),
    *("strong", "sub", "sup", "time"),
}
VOID = {"br", "hr", "img", "col"}
RENAMED = {  # what a story says in other words
    "h1": "h2",
    "h5": "h4",
    "h6": "h4",
    "dir": "ul",
    "menu": "ul",
    "strike": "s",
    "tt": "code",
    "kbd": "code",
    "samp": "code",
    "acronym": "abbr",
}
CONTAINERS = {  # they end a paragraph, and are not kept themselves
    *("address", "article", "aside", "center", "details", "dialog", "div", "fieldset", "footer"),
    *("form", "header", "hgroup", "legend", "main", "nav", "p", "section", "summary"),
}
DROPPED = {  # with all that is in them
    *("script", "style", "noscript", "template", "title", "svg", "math", "object", "applet"),
    *("audio", "video", "canvas", "button", "select", "textarea", "datalist"),
}
PARENTS = {  # what is not inside of one of these is but a container
    "li": {"ul", "ol"},
    "dt": {"dl"},
    "dd": {"dl"},
    "figcaption": {"figure"},
    "caption": {"table"},
}
ITEMS = {"ul": "li", "ol": "li", "dl": "dd"}
LINES = {"h2", "h3", "h4", "dt", "pre"}  # they hold words and no blocks
KEPT_EMPTY = {"td", "th", "tr"}
NO_PROSE = {"table", "figcaption", "pre"}
SCHEMES = {"http", "https", "mailto", "tel"}
EMBEDS = {  # host: what its paths begin with
    "www.youtube-nocookie.com": "/embed/",
    "www.youtube.com": "/embed/",
    "player.vimeo.com": "/video/",
    "www.openstreetmap.org": "/export/embed",
    "www.google.com": "/maps/embed",
    "w.soundcloud.com": "/player/",
    "embed.documentcloud.org": "/documents/",
    "datawrapper.dwcdn.net": "/",
    "flo.uri.sh": "/",
}
