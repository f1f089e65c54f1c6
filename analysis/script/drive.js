"use strict";
// Links the map and the time lines of a drive: a cursor in both, and a colour for the way.
(() => {
  const create = (svg, name, attributes) => {
    const made = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    svg.appendChild(made);
    return made;
  };
  const place = (svg, event) => {
    const box = svg.getBoundingClientRect();
    const view = svg.viewBox.baseVal;
    return [
      ((event.clientX - box.left) / box.width) * view.width,
      ((event.clientY - box.top) / box.height) * view.height,
    ];
  };
  const nearest = (count, distance) => {
    let best = 0;
    for (let i = 1; i < count; ++i) if (distance(i) < distance(best)) best = i;
    return best;
  };
  for (const section of document.querySelectorAll("section.drive")) {
    const data = JSON.parse(section.querySelector("script").textContent);
    const map = section.querySelector(".map svg");
    const charts = section.querySelector(".charts svg");
    const way = map.querySelectorAll(".w");
    const keys = section.querySelectorAll(".key");
    const [select, slider, output] = ["select", "input", "output"].map((name) =>
      section.querySelector(name));
    const dot = create(map, "circle", { r: 7, fill: "none", stroke: "#e00000", "stroke-width": 3 });
    const bar = create(charts, "line",
      { y1: 0, y2: charts.viewBox.baseVal.height, stroke: "#e00000" });
    const show = (i) => {
      slider.value = i;
      dot.setAttribute("cx", data.x[i]);
      dot.setAttribute("cy", data.y[i]);
      const share = (data.time_s[i] - data.from_s) / (data.to_s - data.from_s);
      bar.setAttribute("x1", data.left + share * data.width);
      bar.setAttribute("x2", data.left + share * data.width);
      const figures = data.figures.filter((figure) => figure.low[i] !== null).map((figure) =>
        figure.name + " " + figure.low[i] +
        (figure.high[i] === figure.low[i] ? "" : " to " + figure.high[i]));
      const cell = data.cell[i] === null ? "no cell" : "cell " + data.cell[i];
      output.textContent = [data.time_s[i] + " s", cell, ...figures].join(" · ");
    };
    const colour = (chosen) => {
      keys.forEach((key, i) => { key.hidden = i !== chosen; });
      way.forEach((line, i) => {
        const one = data.figures[chosen].classes[i];
        line.setAttribute("class", one === "-" ? "w none" : "w w" + one);
      });
    };
    const count = data.time_s.length;
    charts.addEventListener("pointermove", (event) => {
      const [x] = place(charts, event);
      const time = data.from_s + ((x - data.left) / data.width) * (data.to_s - data.from_s);
      show(nearest(count, (i) => Math.abs(data.time_s[i] - time)));
    });
    map.addEventListener("pointermove", (event) => {
      const [x, y] = place(map, event);
      show(nearest(count, (i) => Math.hypot(data.x[i] - x, data.y[i] - y)));
    });
    slider.addEventListener("input", () => show(Number(slider.value)));
    select.addEventListener("change", () => colour(select.selectedIndex));
    for (const control of section.querySelectorAll(".control")) control.hidden = false;
    if (data.figures.length > 0) colour(0);
    show(0);
  }
})();
