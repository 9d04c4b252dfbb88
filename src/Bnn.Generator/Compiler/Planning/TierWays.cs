namespace Bnn.Generator.Compiler.Planning;

/// <summary>How the channels of a layer of one sample lie in lanes on each tier of processors; null: it is done on words there.</summary>
/// <param name="With512">With registers of 512 bits.</param>
/// <param name="With256">With 256 bits.</param>
/// <param name="Otherwise">With narrower ones, or none.</param>
internal sealed record TierWays(Lowering? With512, Lowering? With256, Lowering? Otherwise)
{
    /// <summary>The same on all tiers.</summary>
    public static TierWays Everywhere(Lowering lowering) => new(lowering, lowering, lowering);

    /// <summary>The way on <paramref name="tier"/>.</summary>
    public Lowering? On(LaneTier tier) => tier.Words switch { 8 => With512, 4 => With256, _ => Otherwise };

    /// <summary>The ways in the order in which they are tried: each with the bits that registers must have for it; the last for all that are left, with 0.</summary>
    public IReadOnlyList<(int Bits, Lowering? Way)> Steps
    {
        get
        {
            var steps = new List<(int, Lowering?)>();
            if (With512 != With256)
                steps.Add((512, With512));
            if (With256 != Otherwise)
                steps.Add((256, With256));
            steps.Add((0, Otherwise));
            return steps;
        }
    }

    /// <summary>Whether it is one way on all tiers.</summary>
    public bool AreSame => Steps.Count == 1;

    /// <summary>Whether some tier does it on words.</summary>
    public bool HaveWords => Steps.Any(step => step.Way is null);

    /// <summary>The lowerings of the tiers that do it in lanes, each once.</summary>
    public IReadOnlyList<Lowering> InLanes => [.. Steps.Select(step => step.Way).OfType<Lowering>().Distinct()];

    /// <summary>The ways in words: <c>Permute with 512 bits, else PopCountTable</c>.</summary>
    /// <param name="words">The lowering on words.</param>
    public string Describe(Lowering words) => string.Join(", ", Steps.Select((step, i) =>
    {
        string way = (step.Way ?? words).ToString();
        return step.Bits > 0 ? FormattableString.Invariant($"{way} with {step.Bits} bits") : i > 0 ? $"else {way}" : way;
    }));
}
