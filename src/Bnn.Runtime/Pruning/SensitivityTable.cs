namespace Bnn.Pruning;

/// <summary>What pruning a layer alone costs, layer by layer and rate by rate, all others being as they were.</summary>
/// <param name="BaseAccuracy">Validation accuracy without pruning, in [0, 1], measured in the same way.</param>
/// <param name="Accuracy"><c>[layers][<see cref="Rates"/>]</c>; null where nothing can go. Entry 0 is the base accuracy bit for bit.</param>
public sealed record SensitivityTable(double BaseAccuracy, IReadOnlyList<IReadOnlyList<double>?> Accuracy)
{
    /// <summary>The rates of the table.</summary>
    public static IReadOnlyList<double> Rates { get; } = [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9];

    /// <summary>Measures.</summary>
    /// <param name="surgery">Cuts.</param>
    /// <param name="calibration">Measures a cut.</param>
    /// <param name="progress">Called with the entries that are done, and all.</param>
    /// <param name="cancel">Checked for each entry.</param>
    internal static SensitivityTable Of(Surgery surgery, Calibration calibration, Action<int, int>? progress = null, CancellationToken cancel = default)
    {
        int entries = 1 + (Enumerable.Range(0, surgery.Layers).Count(surgery.CanPrune) * (Rates.Count - 1)), done = 0;
        var layers = new LayerCalibration(calibration, surgery.Cut(new double[surgery.Layers]), cancel);
        progress?.Invoke(++done, entries);
        var table = new IReadOnlyList<double>?[surgery.Layers];
        for (int l = 0; l < table.Length; l++)
        {
            if (!surgery.CanPrune(l))
                continue;
            int layer = l;
            layers.Enter(layer, cancel);
            table[l] = [layers.BaseAccuracy, .. Rates.Skip(1).Select(rate => Measure(layer, rate))];
        }
        return new(layers.BaseAccuracy, table);

        double Measure(int layer, double rate)
        {
            cancel.ThrowIfCancellationRequested();
            var rates = new double[surgery.Layers];
            rates[layer] = rate;
            double accuracy = layers.Accuracy(surgery.Cut(rates), cancel);
            progress?.Invoke(++done, entries);
            return accuracy;
        }
    }

    /// <summary>For each layer the largest rate that, like all lower ones, costs at most <paramref name="drop"/>.</summary>
    /// <remarks>A larger drop never gives a smaller rate.</remarks>
    public double[] Within(double drop) => [.. Accuracy.Select(row => row is null ? 0 : Rates[row.TakeWhile(accuracy => BaseAccuracy - accuracy <= drop).Count() - 1])];

    /// <summary>All drops of the table that are above 0, rising: between two of them <see cref="Within"/> gives the same.</summary>
    internal double[] Drops() => [0, .. Accuracy.SelectMany(row => row ?? []).Select(accuracy => BaseAccuracy - accuracy).Where(drop => drop > 0).Distinct().Order()];
}
