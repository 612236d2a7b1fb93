package engine

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"beyonder/engine/gl"
)

// Where there is no graphics card to compute on, "auto" takes the processor and
// says why, "gl" fails with the same sentence. (No one lends this test's main
// thread to GLFW, so there is none on any machine.)
func TestDeviceIsChosen(t *testing.T) {
	for _, device := range []string{"", "auto", "cpu"} {
		l := NewLocal()
		for _, err := range l.Load(context.Background(), LoadOptions{Path: tinyModel, Device: device}) {
			if err != nil {
				t.Fatal(err)
			}
		}
		info, _ := l.Info()
		if !strings.HasPrefix(info.Device, "CPU") {
			t.Errorf("device %q: computes on %s", device, info.Device)
		}
		if asked := device == "cpu"; asked != (info.DeviceReason == "") {
			t.Errorf("device %q: the reason is %q", device, info.DeviceReason)
		}
		l.Close()
	}
	for device, want := range map[string]string{"gl": "the graphics card cannot be used: ", "quantum": "use auto, gl or cpu"} {
		var failed error
		for _, err := range NewLocal().Load(context.Background(), LoadOptions{Path: tinyModel, Device: device}) {
			if err != nil {
				failed = err
			}
		}
		if failed == nil || !strings.Contains(failed.Error(), want) {
			t.Errorf("device %q: got error %v", device, failed)
		}
	}
}

// A reply whose graphics card is lost leaves no model behind that can only fail.
func TestCardIsLost(t *testing.T) {
	l := NewLocal()
	defer l.Close()
	for _, err := range l.Load(context.Background(), LoadOptions{Path: tinyModel, Device: "cpu"}) {
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.New("something else"); l.afterLoss(err) != err {
		t.Error("another error was changed")
	}
	if _, ok := l.Info(); !ok {
		t.Error("another error unloaded the model")
	}
	var lost *LostError
	if err := l.afterLoss(fmt.Errorf("reading: %w", &gl.LostError{Cause: "the driver reset it"})); !errors.As(err, &lost) || !strings.Contains(lost.Cause, "reset") {
		t.Errorf("got error %v", err)
	}
	if _, ok := l.Info(); ok {
		t.Error("the model is still there")
	}
}
