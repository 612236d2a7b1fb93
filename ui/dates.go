package ui

import (
	"fmt"
	"time"

	"fyne.io/fyne/v2/lang"
)

// dateText writes a date: "2 January 2006".
func dateText(t time.Time) string {
	t = t.Local()
	return fmt.Sprintf(lang.L("%[1]d %[2]s %[3]d"), t.Day(), monthName(t.Month()), t.Year())
}

// monthText writes a month: "January 2006".
func monthText(t time.Time) string {
	t = t.Local()
	return fmt.Sprintf(lang.L("%[1]s %[2]d"), monthName(t.Month()), t.Year())
}

// momentText writes a date and a time: "2 January 2006, 15:04".
func momentText(t time.Time) string {
	return fmt.Sprintf(lang.L("%[1]s, %[2]s"), dateText(t), t.Local().Format("15:04"))
}

func monthName(m time.Month) string {
	return [...]string{lang.L("January"), lang.L("February"), lang.L("March"), lang.L("April"), lang.L("May"), lang.L("June"),
		lang.L("July"), lang.L("August"), lang.L("September"), lang.L("October"), lang.L("November"), lang.L("December")}[m-1]
}

func weekdayName(d time.Weekday) string {
	return [...]string{lang.L("Sunday"), lang.L("Monday"), lang.L("Tuesday"), lang.L("Wednesday"), lang.L("Thursday"), lang.L("Friday"), lang.L("Saturday")}[d]
}
