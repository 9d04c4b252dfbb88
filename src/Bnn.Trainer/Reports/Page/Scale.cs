using System.Globalization;

namespace Bnn.Trainer.Reports.Page;

/// <summary>One axis of a chart: which values it spans, and where its ticks are.</summary>
/// <param name="Least">Value at its beginning.</param>
/// <param name="Most">Value at its end; above <paramref name="Least"/>.</param>
/// <param name="Ticks">Round values between them, rising.</param>
/// <param name="IsLog">Whether equal ratios, not differences, are equally long.</param>
internal sealed record Scale(double Least, double Most, IReadOnlyList<double> Ticks, bool IsLog)
{
    /// <summary>A scale in which about <paramref name="ticks"/> round values stand, and which spans <paramref name="values"/>.</summary>
    /// <param name="values">Finite ones count.</param>
    /// <param name="ticks">Wanted number of ticks.</param>
    /// <param name="isTight">Ends at the values instead of at round ones.</param>
    public static Scale Linear(IEnumerable<double> values, int ticks, bool isTight = false)
    {
        (double least, double most) = Range(values);
        if (most - least <= 1e-9 * Math.Abs(most))
        {
            double around = most == 0 ? 0.5 : Math.Abs(most) / 10;
            (least, most) = (least - around, most + around);
        }
        double step = NiceStep((most - least) / ticks);
        double first = isTight ? Math.Ceiling((least / step) - 1e-9) : Math.Floor((least / step) + 1e-9);
        double last = isTight ? Math.Floor((most / step) + 1e-9) : Math.Ceiling((most / step) - 1e-9);
        double[] places = [.. Enumerable.Range(0, (int)(last - first) + 1).Select(i => (first + i) * step)];
        return new(isTight ? least : places[0], isTight ? most : places[^1], places, IsLog: false);
    }

    /// <summary>A logarithmic scale over whole decades; values that are not positive do not count.</summary>
    public static Scale Log(IEnumerable<double> values)
    {
        (double least, double most) = Range(values.Where(value => value > 0));
        if (least <= 0)
            (least, most) = (0.1, 1); // there is none
        int first = (int)Math.Floor(Math.Log10(least) + 1e-9);
        int last = Math.Max(first + 1, (int)Math.Ceiling(Math.Log10(most) - 1e-9));
        return new(Math.Pow(10, first), Math.Pow(10, last), [.. Enumerable.Range(first, last - first + 1).Select(power => Math.Pow(10, power))], IsLog: true);
    }

    /// <summary>Where a value stands: 0 at the beginning, 1 at the end.</summary>
    public double Share(double value) => IsLog
        ? (Math.Log10(value) - Math.Log10(Least)) / (Math.Log10(Most) - Math.Log10(Least))
        : (value - Least) / (Most - Least);

    /// <summary>A tick with as many decimals as its distance to the next one needs.</summary>
    public string Label(double tick)
    {
        double step = IsLog || Ticks.Count < 2 ? Math.Abs(tick) : Ticks[1] - Ticks[0];
        int decimals = step <= 0 ? 0 : Math.Clamp((int)Math.Ceiling(-Math.Log10(step) - 1e-9), 0, 12);
        return tick.ToString("N" + decimals.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
    }

    private static (double Least, double Most) Range(IEnumerable<double> values)
    {
        double[] finite = [.. values.Where(double.IsFinite)];
        return finite.Length == 0 ? (0, 1) : (finite.Min(), finite.Max());
    }

    // 1, 2 or 5 times a power of ten.
    private static double NiceStep(double step)
    {
        double power = Math.Pow(10, Math.Floor(Math.Log10(step)));
        return power * (step / power) switch { < 1.4 => 1, < 3.2 => 2, < 7.1 => 5, _ => 10 };
    }
}
