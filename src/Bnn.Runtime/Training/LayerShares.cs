using System.Globalization;

namespace Bnn.Training;

/// <summary>A share for each layer with weights, as text: one number for all hidden layers, or one for each layer, commas between them.</summary>
internal static class LayerShares
{
    /// <summary>Live weights of a channel, layer by layer.</summary>
    /// <exception cref="ArgumentException">See <see cref="Parse"/>.</exception>
    public static double[] Live(string text, Architecture architecture) =>
        Parse(text, architecture, nameof(TrainingOptions.LiveShares), share => share is > 0 and <= 1, "above 0 and at most 1", scores: 1);

    /// <summary>A share for each layer with weights, in its order.</summary>
    /// <param name="text">The numbers.</param>
    /// <param name="architecture">The layers.</param>
    /// <param name="option">Whose text it is, for messages.</param>
    /// <param name="isAllowed">The range.</param>
    /// <param name="range">The same in words.</param>
    /// <param name="scores">The share of the last layer where one number is given for all hidden ones.</param>
    /// <exception cref="ArgumentException">A number is none or out of range, or there is another number of them.</exception>
    public static double[] Parse(string text, Architecture architecture, string option, Func<double, bool> isAllowed, string range, double scores)
    {
        double[] shares = [.. text.Split(',').Select(Share)];
        int layers = architecture.Hidden.Length + 1;
        return shares.Length == 1 && layers > 1 ? [.. Enumerable.Repeat(shares[0], layers - 1), scores]
            : shares.Length == layers ? shares
            : throw Bad($"has {shares.Length} numbers, but must have one, or one for each of the {layers} layers with weights");

        double Share(string word) =>
            double.TryParse(word, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double share) && isAllowed(share)
                ? share
                : throw Bad($"must be a share {range}, or several with commas between them");

        ArgumentException Bad(FormattableString problem) => new($"Option {option} '{text}' {FormattableString.Invariant(problem)}.", nameof(text));
    }
}
