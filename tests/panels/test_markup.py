"""HTML of panels that would take the frame off our origin is refused."""

import pytest

from panels.markup import ForbiddenMarkup, check_markup

OUT = 'target="_blank" rel="noopener noreferrer"'


@pytest.mark.parametrize(
    "html",
    [
        "",
        "plain text, 5 &lt; 6 > 4",
        '<p class="vx-a">Ada</p><br/><hr /><input disabled value=x>',
        f'<a href="https://shop.example/orders/1?a=b&amp;c=d" {OUT}>Open</a>',
        f"<A HREF='http://shop.example/' {OUT.upper()}>Open</A>",
        '<a href="https://shop.example/" rel="nofollow noreferrer noopener" target=_blank>Open</a>',
        '<a href="#vx-1">row</a><a href="?part=rows&amp;page=2">more</a><a href="/a/key/panels/1/">all</a>',
        '<a href="mailto:ada@example.com">write</a><a href="tel:+4930123">call</a>',
        '<a href="panels/1/export?q=a:b" download>CSV</a>',
        '<form action="/a/key/panels/1/refund" method="post"><button formaction="other">x</button></form>',
        '<button hx-post="/a/key/panels/1/refresh" data-hx-get="panels/1/" hx-target="closest section">x</button>',
        '<svg viewBox="0 0 9 9" role="img"><title>Orders by month</title><path d="M0 1L2 3"/></svg>',
        "<!-- a comment --><!----><details open><summary>x</summary></details>",
        '<time datetime="2026-01-01T00:00:00Z" data-on="x">1 January</time>',
    ],
)
def test_plain_markup_is_fine(html: str) -> None:
    check_markup(html, panel="test")


@pytest.mark.parametrize(
    "html",
    [
        # Elements.
        '<meta http-equiv="refresh" content="0;url=https://attacker.example">',
        "<META\nhttp-equiv=refresh content='0;url=//attacker.example'>",
        '<base href="https://attacker.example/">',
        '<base target="_top">',
        "<iframe></iframe>",
        "<script>1</script>",
        '<object data="x"></object>',
        '<link rel="stylesheet" href="x">',
        "<style>a{}</style>",
        "<template></template>",
        "<noscript><p title='</noscript><meta x>'></noscript>",
        '<svg><a href="#"><set attributeName="href" to="https://attacker.example"/></a></svg>',
        '<svg><animate attributeName="href" values="https://attacker.example"/></svg>',
        # Forms.
        '<form action="https://attacker.example/">',
        '<form action="//attacker.example/">',
        '<form action="/\\attacker.example/">',
        '<form action="\t//attacker.example/">',
        '<form action="/&#9;/attacker.example/">',
        '<form action="/&#47;attacker.example/">',
        '<form action="&#104;ttps://attacker.example/">',
        '<form action="javascript:alert(1)">',
        '<button formaction="https://attacker.example/">',
        '<input type=submit formaction="https://attacker.example/">',
        '<button formtarget="_top">',
        '<form target="other">',
        '<button hx-get="https://attacker.example/">',
        '<button data-hx-post="//attacker.example/">',
        '<BUTTON HX-PUT="https://attacker.example/">',
        # Links.
        '<a href="https://shop.example/">',
        '<a href="https://shop.example/" target="_blank">',
        '<a href="https://shop.example/" target="_blank" rel="noopener">',
        '<a href="https://shop.example/" target="_top" rel="noopener noreferrer">',
        '<a href="https://shop.example/" rel="noopener noreferrer">',
        f'<a href="//shop.example/" {OUT}>',
        f'<a href="/\\shop.example/" {OUT}>',
        f'<a href="javascript:alert(1)" {OUT}>',
        f'<a href="java&#10;script:alert(1)" {OUT}>',
        f'<a href=" https://shop.example/" {OUT}>',
        f'<a href="data:text/html,x" {OUT}>',
        f'<a href="blob:https://x/1" {OUT}>',
        f'<a href="ftp://x/" {OUT}>',
        '<a href="/own" target="_top">',
        '<a href="#x" target="_parent">',
        '<a href="#x" ping="https://attacker.example/">',
        '<area href="https://attacker.example/">',
        '<svg><a xlink:href="https://attacker.example/">',
        '<math href="https://attacker.example/">',
        # The first of two counts.
        f'<a href="https://attacker.example/" href="#" {OUT.replace("_blank", "_self")}>',
        '<a target="_self" href="https://attacker.example/" target="_blank" rel="noopener noreferrer">',
        # Scripts, which the frame's policy would not run either.
        '<img src=x onerror="alert(1)">',
        "<p ONCLICK=x>",
        '<p hx-on:click="x">',
        '<p data-hx-on="x">',
        # What browsers read in another way, or might.
        "a < b",
        "<",
        "text <",
        "<p",
        "<p/onclick=x>",
        "<p\x0bhref=x>",
        "<p\xa0href=x>",
        '<p title="<">',
        "<p title=a<b>",
        '<p title="a"href="b">',
        "<p a='>",
        "<!doctype html>",
        "<?xml x?>",
        "<![CDATA[ x ]]>",
        "<!-- <meta http-equiv=refresh content=0> -->",
        "<title><p title='</title><meta x>'></title>",
        "</p onclick=x>",
        "</ p>",
        "<ö>",
    ],
)
def test_what_would_move_the_frame_is_refused(html: str) -> None:
    with pytest.raises(ForbiddenMarkup):
        check_markup(f"<p>before</p>{html}", panel="test")


def test_reason_is_logged_and_quotes_nothing_of_a_customer(caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(ForbiddenMarkup):
        check_markup('<a href="https://ada.example/" target="ada@example.com">', panel="acme")
    (line,) = caplog.messages
    assert line.startswith("panel acme: its HTML has a ")
    assert "ada" not in line


def test_hostile_text_does_not_hold_up_the_check() -> None:
    for html in ("<p " + "a " * 50_000, "<p " + "a=" * 50_000, "<!--" * 20_000, "<p" + " " * 100_000, "<" * 100_000):
        with pytest.raises(ForbiddenMarkup):
            check_markup(html, panel="test")
