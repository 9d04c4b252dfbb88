namespace Bnn.Generator.Compiler.Planning;

/// <summary>Vectors that a processor may have, and what an adder tree over their lanes costs there.</summary>
/// <remarks>
/// The generator does not know the processor of the user. Kernels over lanes exist in every width and take the widest that there is, so one plan serves
/// all; the planner chooses lanes only where they are faster on each tier. Dense layers of one sample alone may have a way for each.
/// </remarks>
/// <param name="Name">For people.</param>
/// <param name="Words">Words of 64 bits in the widest register.</param>
/// <param name="WordFactor">What work on words costs there, against <see cref="CostModel.Word"/> and its neighbours: less on Zen 3; more where there are narrow vectors only, on ARM, whose popcount goes through a vector.</param>
/// <param name="Dense">What one sample of a dense layer costs.</param>
internal sealed record LaneTier(string Name, int Words, double WordFactor, DenseCosts Dense)
{
    /// <summary>All tiers, the best first. A processor without any vectors lacks a popcount instruction too, so that lanes of a word win there as well.</summary>
    public static IReadOnlyList<LaneTier> All { get; } = [
        new("512 bits with ternary logic", 8, 1, DenseCosts.With512), new("256 bits", 4, CostModel.WordFactor256, DenseCosts.With256), new("128 bits", 2, 1.3, DenseCosts.With128),
    ];

    /// <summary>The tier whose cost a plan states: what most processors of users have.</summary>
    public static LaneTier Usual { get; } = All[1];

    /// <summary>Cycles to add one plane of a register of <paramref name="words"/> words.</summary>
    public double Plane(int words) => words switch
    {
        8 => CostModel.Plane512,
        4 => Words == 8 ? CostModel.TernaryPlane256 : CostModel.Plane256,
        2 => Words == 8 ? CostModel.TernaryPlane128 : CostModel.Plane128,
        _ => CostModel.Plane64,
    };

    /// <summary>Cycles to add a plane of one word, where channels share a register.</summary>
    public double WordPlane => Words switch { 8 => CostModel.TernaryWordPlane, 4 => CostModel.WordPlane256, _ => CostModel.WordPlane128 };

    /// <summary>Cycles of such a channel besides.</summary>
    public double WordChannel => Words >= 4 ? CostModel.WordChannel : CostModel.WordChannel128;

    /// <summary>Cycles to bring a plane of one word under a tap of a kernel.</summary>
    public double WordTap => Words switch { 8 => CostModel.WordTap512, 4 => CostModel.WordTap256, _ => CostModel.WordTap128 };

    /// <summary>Cycles of a layer over <paramref name="words"/> words of lanes: whole registers, the last one as narrow as it may be.</summary>
    /// <param name="words">Words of a plane.</param>
    /// <param name="register">Cycles of a register with so many words.</param>
    public double Registers(int words, Func<int, double> register)
    {
        double cycles = 0;
        while (words > 0)
        {
            int width = Words;
            while (width > 2 && width / 2 >= words)
                width /= 2;
            cycles += register(width);
            words -= width;
        }
        return cycles;
    }
}
