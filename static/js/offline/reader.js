// Who reads this page and what the server's clock said when it came; in the shell, what the device knows of it.
const said = (name) => document.querySelector(`meta[name="${name}"]`)?.content ?? "";

export const reader = {
  person: Number(said("person")), // 0: nobody is logged in, or nobody knows
  moment: said("server-time"),
  inShell: Boolean(document.querySelector("[data-shell]")),
};
