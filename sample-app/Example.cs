using Bnn.Inference;

namespace SampleApp;

/// <summary>The example of the README.</summary>
internal static class Example
{
    public static void Run(Samples digits)
    {
        // One image: 64 bytes in, a class out. Nothing is loaded, nothing is allocated.
        ReadOnlySpan<byte> image = digits.Image(0);
        int digit = Optdigits.Predict(image);
        Console.WriteLine($"The first image is a {Optdigits.Labels[digit]}.");

        // The integer score of every class.
        Span<int> scores = stackalloc int[Optdigits.ClassCount];
        Optdigits.Scores(image, scores);
        Console.WriteLine($"Its scores: {string.Join(", ", scores.ToArray())}.");

        // Many images, one after the other in memory.
        var classes = new int[digits.Labels.Length];
        Optdigits.PredictBatch(digits.Images, classes);

        // Generic code takes any generated model.
        EvaluationResult result = Evaluation.Run<Optdigits>(digits.Images, digits.Labels);
        Console.WriteLine($"{result.Correct} of {result.Samples} images are right, {100 * result.Accuracy:F1} %.");
    }
}
