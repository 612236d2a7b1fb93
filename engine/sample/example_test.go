package sample_test

import (
	"fmt"

	"beyonder/engine/sample"
)

func Example() {
	settings := sample.Neutral()
	settings.Seed, settings.Temperature, settings.TopK = 1, 0.7, 2
	sampler, err := sample.New(settings, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, id := range []int32{4, 2} { // the prompt
		sampler.Accept(id)
	}
	logits := []float32{0, 1, 3, 0, 2.5} // of the model, after the prompt
	for range 5 {
		id, err := sampler.Sample(logits)
		if err != nil {
			fmt.Println(err)
			return
		}
		sampler.Accept(id)
		logprob, _ := sample.Logprobs(logits, id, 0)
		fmt.Printf("%d %.2f\n", id, logprob)
	}
	// Output:
	// 4 -1.11
	// 4 -1.11
	// 2 -0.61
	// 2 -0.61
	// 2 -0.61
}
