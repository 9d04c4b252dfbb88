using System.Globalization;
using Bnn.Inference;

namespace SampleApp;

/// <summary>The class of every image, one at a time and in batches, as text: by it builds of this program are compared.</summary>
internal static class Classes
{
    public static void Print<TModel>(Samples samples)
        where TModel : IBinaryClassifier<TModel>
    {
        Line(Enumerable.Range(0, samples.Labels.Length).Select(i => TModel.Predict(samples.Image(i))));
        // All together, a part of a register, and what is left beside full registers.
        foreach (int count in (int[])[samples.Labels.Length, 40, 300])
        {
            var classes = new int[count];
            TModel.PredictBatch(samples.Images.AsSpan(0, count * samples.Size), classes);
            Line(classes);
        }
    }

    private static void Line(IEnumerable<int> classes) => Console.WriteLine(string.Join(' ', classes.Select(i => i.ToString(CultureInfo.InvariantCulture))));
}
