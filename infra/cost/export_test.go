package main

import "io"

// Run is the command for its tests.
func Run(args []string, out, errs io.Writer) int { return run(args, out, errs) }

// Price is a row of the table of prices.
type Price struct {
	Item             int
	Name, Page, Seen string
	AsOf             string
	Dollars, Per     float64
}

// Prices are those of the items in their order, and after them those of the machines to compare with.
func Prices() []Price {
	var all []Price
	for _, p := range prices() {
		all = append(all, Price{int(p.item), p.name, p.page, p.seen, p.asOf, p.dollars, p.per})
	}
	for _, b := range builds() {
		all = append(all, Price{len(all), b.name, b.page, b.seen, b.asOf, b.dollars, 1})
	}
	return all
}

// Use is what an invocation asks for.
type Use struct{ Puts, Gets, Metrics, Alarms, Events int }

// Uses is the table of uses by folder.
func Uses() map[string]Use {
	all := map[string]Use{}
	for folder, u := range uses() {
		all[folder] = Use{u.puts, u.gets, u.metrics, u.alarms, u.events}
	}
	return all
}

// FolderOf finds the folder of a resource.
func FolderOf(resource string) string { return folderOf(resource) }
