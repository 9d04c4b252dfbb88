namespace Bnn.Generator.Compiler.Planning;

/// <summary>What one sample of a dense layer costs on a tier of processors, in cycles (docs/decisions/0009-one-sample.md).</summary>
/// <remarks>Numbers of a column or a look-up grow where all weights together do not fit a cache of 32 KB, and again where they pass 512 KB.</remarks>
internal sealed record DenseCosts
{
    /// <summary>A word operation, in literals or a table.</summary>
    public required double Word { get; init; }

    /// <summary>A layer by columns besides its registers.</summary>
    public required double ColumnLayer { get; init; }

    /// <summary>An input of such a layer: ones are listed.</summary>
    public required double ColumnInput { get; init; }

    /// <summary>A register of its channels.</summary>
    public required double ColumnRegister { get; init; }

    /// <summary>A column that is added, in a register of 2, 4 or 8 words.</summary>
    public required Func<int, double> ActiveColumn { get; init; }

    /// <summary>A column in a register, active or not, with few, more and many weights.</summary>
    public required (double Near, double Middle, double Far) Column { get; init; }

    /// <summary>A layer by look-ups besides its steps.</summary>
    public required double PermuteLayer { get; init; }

    /// <summary>A step of inputs for up to eight registers of channels that go together, besides these.</summary>
    public required double PermuteStep { get; init; }

    /// <summary>A look-up and an addition for a register of channels, a byte each, with few, more and many weights.</summary>
    public required (double Near, double Middle, double Far) PermuteRegister { get; init; }

    /// <summary>Registers that read the same inputs and skip others, besides their steps.</summary>
    public required double PermuteGroup { get; init; }

    /// <summary>What brings those inputs together: 64 of them with 512 bits, else a byte.</summary>
    public required double PermutePiece { get; init; }

    /// <summary>A layer that looks up sums of bytes besides its steps.</summary>
    public required double ByteSumLayer { get; init; }

    /// <summary>A step of six bytes, or four, whose subsets are added up.</summary>
    public required double ByteSumStep { get; init; }

    /// <summary>A look-up and an addition for a register of channels.</summary>
    public required double ByteSumRegister { get; init; }

    /// <summary>Registers of 512 bits with ternary logic and VBMI: a Zen 4 server at 3.65 GHz, within a fifth. On Zen 5 a look-up takes about half of it.</summary>
    public static DenseCosts With512 { get; } = new()
    {
        Word = 0.8,
        ColumnLayer = 45,
        ColumnInput = 0.25,
        ColumnRegister = 45,
        ActiveColumn = words => words == 8 ? 2.6 : 1.25,
        Column = (0, 0.6, 0.7),
        PermuteLayer = 65,
        PermuteStep = 0.4,
        PermuteRegister = (1.8, 2.1, 2.7),
        PermuteGroup = 40,
        PermutePiece = 2,
        ByteSumLayer = 600,
        ByteSumStep = 3,
        ByteSumRegister = 1.9,
    };

    /// <summary>Registers of 256 bits: a Zen 3 server at 3.2 GHz; layers within a network, whose images change.</summary>
    public static DenseCosts With256 { get; } = new()
    {
        Word = 1.2,
        ColumnLayer = 130,
        ColumnInput = 0.36,
        ColumnRegister = 60,
        ActiveColumn = words => words == 4 ? 2.15 : 1.9,
        Column = (0, 0.17, 0.7),
        PermuteLayer = 105,
        PermuteStep = 0.5,
        PermuteRegister = (0.95, 1.2, 1.5),
        PermuteGroup = 80,
        PermutePiece = 2,
        ByteSumLayer = 700,
        ByteSumStep = 9,
        ByteSumRegister = 2.5,
    };

    /// <summary>Registers of 128 bits: a first-generation EPYC server, and words as on ARM.</summary>
    public static DenseCosts With128 { get; } = new()
    {
        Word = 1.3 * CostModel.Word,
        ColumnLayer = 140,
        ColumnInput = 0.38,
        ColumnRegister = 140,
        ActiveColumn = _ => CostModel.Plane128,
        Column = (0.12, 0.24, 1),
        PermuteLayer = 120,
        PermuteStep = 0.5,
        PermuteRegister = (0.95, 0.95, 0.95),
        // By what look-ups take there and on Zen 5, like the sums of bytes.
        PermuteGroup = 90,
        PermutePiece = 2,
        ByteSumLayer = 900,
        ByteSumStep = 6,
        ByteSumRegister = 2.5,
    };

    /// <summary>That of few, more or many weights of so many bytes.</summary>
    public static double At(long bytes, (double Near, double Middle, double Far) cost) =>
        bytes <= 32 << 10 ? cost.Near : bytes <= 512 << 10 ? cost.Middle : cost.Far;
}
