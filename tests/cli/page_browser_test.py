#!/usr/bin/env python3
"""Goal: pages work in a browser: pictures are linked, nothing is complained about, text can be read
in light and dark, controls can be reached with the keyboard.
Method: the built program (first argument) makes pages of a drive, of terminals that change their
bandwidth part, of a sweep and of a comparison; headless Chromium runs a probe in each, which puts
what it sees into the title. Screenshots stay in the folder named second."""
import html
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

PROGRAM = ""
KEPT = pathlib.Path()
ROOT = pathlib.Path(__file__).resolve().parents[2]
BROWSER = shutil.which("chromium")
CONTRAST_MIN = 4.5  # WCAG 2.1, 1.4.3, level AA for text of ordinary size.

# Points at the last line of the way, moves the slider, picks another colour.
LINK_PROBE = """
const section = document.querySelector("section.drive");
const data = JSON.parse(section.querySelector("script").textContent);
const map = section.querySelector(".map svg");
const box = map.getBoundingClientRect();
const scale = box.width / map.viewBox.baseVal.width;
const last = data.time_s.length - 1;
map.dispatchEvent(new PointerEvent("pointermove", {clientX: box.left + data.x[last] * scale,
  clientY: box.top + data.y[last] * scale}));
const slider = section.querySelector("input");
seen.pointed = [Number(slider.value), section.querySelector("output").textContent];
seen.bar = Number(section.querySelector(".charts svg").lastElementChild.getAttribute("x1"));
slider.value = 0;
slider.dispatchEvent(new Event("input"));
seen.moved = section.querySelector("output").textContent;
const select = section.querySelector("select");
select.selectedIndex = 1;
select.dispatchEvent(new Event("change"));
seen.classes = [...map.querySelectorAll(".w")].map((line) => line.getAttribute("class"));
seen.keys = [...section.querySelectorAll(".key")].map((key) => !key.hidden);
"""

# The contrast of every text with what lies behind it, and what the keyboard reaches. Behind a text
# of a picture lies the last rectangle before it that holds its middle.
LOOK_PROBE = """
const parts = (colour) => (colour.match(/[0-9.]+/g) || []).map(Number);
const light = (colour) => {
  const [r, g, b] = parts(colour).map((one) => one / 255).map((one) =>
    one <= 0.04045 ? one / 12.92 : ((one + 0.055) / 1.055) ** 2.4);
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};
const contrast = (a, b) => {
  const [low, high] = [light(a), light(b)].sort((x, y) => x - y);
  return (high + 0.05) / (low + 0.05);
};
const clear = (colour) => colour === "none" || parts(colour)[3] === 0;
const page_ground = getComputedStyle(document.body).backgroundColor;
const ground_of = (element) => {
  for (let one = element; one; one = one.parentElement) {
    const colour = getComputedStyle(one).backgroundColor;
    if (!clear(colour)) return colour;
  }
  return "rgb(255, 255, 255)";
};
const ground_in = (text) => {
  const box = text.getBoundingClientRect();
  const x = box.left + box.width / 2, y = box.top + box.height / 2;
  let colour = page_ground;
  for (const rect of text.ownerSVGElement.querySelectorAll("rect")) {
    if (!(rect.compareDocumentPosition(text) & Node.DOCUMENT_POSITION_FOLLOWING)) break;
    const inside = rect.getBoundingClientRect();
    const holds = x >= inside.left && x <= inside.right && y >= inside.top && y <= inside.bottom;
    const fill = getComputedStyle(rect).fill;
    if (holds && !clear(fill) && !rect.closest("clipPath")) colour = fill;
  }
  return colour;
};
for (const details of document.querySelectorAll("details")) details.open = true;
seen.ground = page_ground;
seen.texts = 0;
seen.faint = [];
const judge = (words, colour, ground) => {
  ++seen.texts;
  const value = contrast(colour, ground);
  if (value < %g) seen.faint.push([words.slice(0, 40), colour, ground, value]);
};
const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
while (walk.nextNode()) {
  const words = walk.currentNode.data.trim(), element = walk.currentNode.parentElement;
  if (words === "" || element.closest("script, title, [hidden], select")) continue;
  if (element.ownerSVGElement) judge(words, getComputedStyle(element).fill, ground_in(element));
  else judge(words, getComputedStyle(element).color, ground_of(element));
}
const controls = [...document.querySelectorAll("select, input, summary, .wide")].filter((one) =>
  !one.closest("[hidden]"));
seen.controls = controls.length;
seen.unreached = controls.filter((one) => {
  one.focus();
  return one.tabIndex < 0 || document.activeElement !== one;
}).map((one) => one.outerHTML.slice(0, 60));
seen.wide = [...document.querySelectorAll("body > *")].filter((one) =>
  one.getBoundingClientRect().right > innerWidth + 1).map((one) => one.outerHTML.slice(0, 60));
for (const details of document.querySelectorAll("details")) details.open = false;
""" % CONTRAST_MIN


def redcell(*words):
    done = subprocess.run([PROGRAM, *words], capture_output=True, text=True, check=False,
                          timeout=300)
    assert done.returncode in (0, 1), done.stdout + done.stderr
    return done


def drive(folder):
    redcell("run", "trial-700-drive", "--quiet", "--set", "duration_s=6", "--set", "warm_up_s=1",
            "--out", str(folder / "drive"))
    return folder / "drive" / "report.html"


def bandwidth_parts(folder):
    redcell("run", "multi-bwp-expansion", "--quiet", "--set", "duration_s=1.6", "--set",
            "warm_up_s=0.2", "--out", str(folder / "parts"))
    return folder / "parts" / "report.html"


def sweep(folder):
    shutil.copy(ROOT / "tests" / "sweep" / "small.txtpb", folder)
    (folder / "sweep.txtpb").write_text("""title: "Delays & loads"
scenario: "small.txtpb"
axis { name: "delay" path: "core.one_way_delay_ms" range { first: 1 last: 20 count: 3 } }
axis { name: "bytes"
       path: ["traffic[ping].ping.min_payload_bytes", "traffic[ping].ping.max_payload_bytes"]
       value: ["32", "320", "1200"] }
seeds { count: 2 }
kpi { kpi: "rtt_ms" half_width_percent: 50 better: LESS }
kpi { kpi: "ul_latency_ms" better: LESS }
""", encoding="utf-8")
    redcell("sweep", str(folder / "sweep.txtpb"), "--out", str(folder / "sweep"))
    return folder / "sweep" / "results" / "report.html"


def comparison(folder):
    redcell("compare", str(folder / "drive"), str(folder / "drive"), "--out",
            str(folder / "compare"))
    return folder / "compare" / "report.html"


@unittest.skipIf(BROWSER is None, "chromium is not installed")
class PageInBrowser(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        place = tempfile.TemporaryDirectory()
        cls.addClassCleanup(place.cleanup)
        cls.folder = pathlib.Path(place.name)
        cls.pages = {make.__name__: make(cls.folder)
                     for make in (drive, bandwidth_parts, sweep, comparison)}
        KEPT.mkdir(parents=True, exist_ok=True)

    def browse(self, page, *words):
        return subprocess.run(
            [BROWSER, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
             "--enable-logging=stderr", f"--user-data-dir={self.folder}/profile", *words,
             page.as_uri()], capture_output=True, text=True, check=False, timeout=120)

    def probe(self, page, script, *words):
        """What the script puts into `seen`; nothing may be complained about."""
        probed = page.with_name("probed.html")
        text = page.read_text(encoding="utf-8")
        # Before the page's own scripts, so that their errors are heard.
        heard = ("<script>const seen = {errors: []};"
                 "addEventListener('error', (event) => seen.errors.push(event.message));</script>")
        told = f"<script>{script}\ndocument.title = JSON.stringify(seen);</script></body>"
        probed.write_text(text.replace("<body>", "<body>" + heard).replace("</body>", told),
                          encoding="utf-8")
        done = self.browse(probed, "--window-size=1200,2000", "--dump-dom", *words)
        title = html.unescape(re.search(r"<title>(.*?)</title>", done.stdout, re.S).group(1))
        self.assertTrue(title.startswith("{"), f"the probe broke: {title} {done.stderr}")
        seen = json.loads(title)
        self.assertEqual(seen["errors"], [])
        self.assertNotIn("CONSOLE", done.stderr)
        return seen

    def test_map_and_time_lines_show_the_same_moment(self):
        page = self.pages["drive"]
        data = json.loads(re.search(r'<script type="application/json">(.*?)</script>',
                                    page.read_text(encoding="utf-8"), re.S).group(1))
        seen = self.probe(page, LINK_PROBE)
        last = len(data["time_s"]) - 1
        self.assertEqual(seen["pointed"][0], last)
        self.assertTrue(seen["pointed"][1].startswith(f"{data['time_s'][last]:g} s"))
        self.assertAlmostEqual(seen["bar"], data["left"] + data["width"], places=6)
        self.assertTrue(seen["moved"].startswith("0 s"))
        wanted = ["w none" if one == "-" else f"w w{one}" for one in data["figures"][1]["classes"]]
        self.assertEqual(seen["classes"], wanted)
        self.assertEqual(seen["keys"], [i == 1 for i in range(len(data["figures"]))])

    def test_every_text_can_be_read_and_every_control_reached_in_light_and_dark(self):
        grounds = {}
        for name, page in self.pages.items():
            for scheme, number in (("light", 1), ("dark", 0)):
                with self.subTest(page=name, scheme=scheme):
                    colours = f"--blink-settings=preferredColorScheme={number}"
                    kept = KEPT / f"{name}-{scheme}.png"
                    self.browse(page, "--window-size=1200,2400", f"--screenshot={kept}", colours)
                    self.assertGreater(kept.stat().st_size, 20_000)
                    seen = self.probe(page, LOOK_PROBE, colours)
                    self.assertGreater(seen["texts"], 40)
                    self.assertEqual(seen["faint"], [])
                    self.assertGreater(seen["controls"], 0)
                    self.assertEqual(seen["unreached"], [])
                    self.assertEqual(seen["wide"], [])
                    grounds.setdefault(scheme, set()).add(seen["ground"])
        self.assertEqual(grounds, {"light": {"rgb(255, 255, 255)"}, "dark": {"rgb(22, 24, 28)"}})

    def test_each_page_draws_what_it_is_about(self):
        parts = self.probe(self.pages["bandwidth_parts"], """
seen.lanes = document.querySelectorAll("section.bwps rect.bwp").length;
seen.gaps = document.querySelectorAll("section.bwps rect.gap").length;
seen.rows = document.querySelectorAll("section.bwps table.bwp tbody tr").length;
seen.inked = [...document.querySelectorAll("rect.bwp")].every((rect) =>
  rect.getBoundingClientRect().width > 0 && rect.getBoundingClientRect().height > 5);""")
        self.assertGreater(parts["rows"], 3)
        self.assertGreater(parts["lanes"], parts["gaps"])
        self.assertGreater(parts["gaps"], 3)
        self.assertTrue(parts["inked"])
        swept = self.probe(self.pages["sweep"], """
seen.pictures = document.querySelectorAll("figure.sweep svg").length;
seen.cells = document.querySelectorAll("text.cell").length;
seen.titles = [...document.querySelectorAll("h2")].map((one) => one.textContent);""")
        self.assertEqual(swept["pictures"], 3)  # A map for each KPI, and the front.
        self.assertEqual(swept["cells"], 18)
        self.assertEqual(swept["titles"], ["What varied", "Precision goals", "rtt_ms",
                                           "ul_latency_ms", "What no combination beats",
                                           "Differences", "The sweep"])


if __name__ == "__main__":
    KEPT = pathlib.Path(sys.argv.pop(2)).resolve()
    PROGRAM = os.path.abspath(sys.argv.pop(1))
    unittest.main()
