package main

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"cloudfront-cd/infra/watch"
)

// row is a row of each table.
const row = "%-36s %18s   %-25s %9s\n"

// report writes the whole bill.
func report(out io.Writer, x, idle execution) {
	reportExecution(out, x)
	reportWaiting(out, x)
	reportMonth(out, idle)
}

func reportExecution(out io.Writer, x execution) {
	say(out, "One execution, of %s, to %q: %s, %s entered, %s.\n",
		clock(x.length()), x.last, plural(x.events, "event", "events"), plural(x.entered, "state", "states"), plural(x.retried, "retry", "retries"))
	say(out, "List prices of us-east-1, no free tier taken off. Counts and times are upper bounds, the size of the logs is estimated.\n\n")
	used := bill(x)
	say(out, row, "What", "Amount", "Unit price", "Dollars")
	for _, p := range prices() {
		if amount := used[p.item]; amount > 0 {
			say(out, row, p.name, p.amount(amount), p.unitPrice(), dollars(p.of(amount)))
		}
	}
	say(out, row, "CloudFront: control plane", "", "none is listed", "–")
	say(out, row, "Total", "", "", dollars(total(used)))
	if strangers := unknown(x); len(strangers) > 0 {
		say(out, "\nNo functions of ours, so that only their time is counted, not what they ask for:\n  %s\n", strings.Join(strangers, "\n  "))
	}
}

func reportWaiting(out io.Writer, x execution) {
	say(out, "\n"+row, "The same time, only waited", "", "× this execution", "Dollars")
	sum := total(bill(x))
	for _, a := range alternatives(x) {
		say(out, row, a.name, a.amount, fmt.Sprintf("%.2f", a.dollars/sum), dollars(a.dollars))
	}
	say(out, "What the execution does would come on top. A Lambda ends after %d minutes, so that it takes a chain, and something\n"+
		"that keeps the chain going.\n", int(lambdaLimit.Minutes()))
}

func reportMonth(out io.Writer, idle execution) {
	used := standing(idle)
	say(out, "\n"+row, "A month in which nothing is released", "Amount", "Beyond the free tier", "Dollars")
	var list, beyond float64
	for _, p := range prices() {
		if amount := used[p.item]; amount > 0 {
			list, beyond = list+p.of(amount), beyond+p.beyondFree(amount)
			say(out, row, p.name, p.amount(amount), cents(p.beyondFree(amount)), cents(p.of(amount)))
		}
	}
	say(out, row, "Total", "", cents(beyond), cents(list))
	say(out, "Assumed: one primary; 730 hours; recover starts every %d minutes and finds nothing to do (%s);\n"+
		"logs are kept for %d days; the key was never rotated; nothing else in the account uses the lasting free tier.\n",
		int(recoverEvery.Minutes()), plural(idle.transitions(), "transition", "transitions"), int(logRetention.Hours()/24))
}

// reportPrices writes where every price is from.
func reportPrices(out io.Writer) {
	for _, p := range prices() {
		say(out, "%-36s %s\n  %s\n  %s (as of %s)\n", p.name, p.unitPrice(), p.page, p.seen, p.asOf)
	}
	for _, b := range builds() {
		say(out, "%-36s %s per minute\n  %s\n  %s (as of %s)\n", "CodeBuild: "+b.name, money(b.dollars), b.page, b.seen, b.asOf)
	}
}

func (p price) amount(amount float64) string {
	if p.unit == "" {
		return watch.Count(int64(amount))
	}
	// Four digits, but never 7.4e-06.
	rounded, err := strconv.ParseFloat(strconv.FormatFloat(amount, 'g', 4, 64), 64)
	if err != nil {
		rounded = amount
	}
	return strconv.FormatFloat(rounded, 'f', -1, 64) + " " + p.unit
}

func (p price) unitPrice() string {
	switch {
	case p.unit != "":
		return money(p.dollars) + " per " + p.unit
	case p.per == 1:
		return money(p.dollars) + " each"
	}
	return money(p.dollars) + " per " + watch.Count(int64(p.per))
}

// money is a unit price with all its digits, and at least with its cents.
func money(d float64) string {
	text := strconv.FormatFloat(d, 'f', -1, 64)
	if _, decimals, _ := strings.Cut(text, "."); len(decimals) < 2 {
		text = strconv.FormatFloat(d, 'f', 2, 64)
	}
	return "$" + text
}

func dollars(d float64) string { return fmt.Sprintf("%.6f", d) }

func cents(d float64) string { return fmt.Sprintf("%.3f", d) }

func clock(d time.Duration) string { return d.Round(time.Second).String() }

func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return watch.Count(int64(n)) + " " + many
}
