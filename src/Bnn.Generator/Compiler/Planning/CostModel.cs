namespace Bnn.Generator.Compiler.Planning;

/// <summary>The numbers that the planner decides by; a word operation is the xor, popcount and add of one 64-bit word.</summary>
/// <remarks>Measured on an Ice Lake server core (popcnt 1 per cycle), .NET 10, literals against tables on the same layers; see docs/compiler.md.</remarks>
internal static class CostModel
{
    /// <summary>Up to here literals are faster than a table (64 of them: 36 ns against 44 ns); 512 take 292 ns against 209 ns, because the code leaves the cache of decoded instructions.</summary>
    public const int FasterUnrolled = 256;

    /// <summary>Up to here code with literals is smaller than a loop and its table.</summary>
    public const int SmallerUnrolled = 16;

    /// <summary>Word operations that a layer may unroll to when that is asked for by name; the C# compiler takes 0.1 ms for each.</summary>
    public const int LayerBudget = 8_000;

    /// <summary>Most input words of an unrolled layer: each is a local, and the JIT tracks 1,024.</summary>
    public const int UnrolledInputWords = 512;

    /// <summary>Word operations that cost as much as one more call that packs a run of input values.</summary>
    public const int PackingCall = 30;

    /// <summary>Gaps are skipped only while there are at most so many runs of input values.</summary>
    public const int PackingCalls = 64;

    /// <summary>Runs of input values up to this length are packed by one line of code for each value, without a call.</summary>
    public const int ScalarRun = 4;

    /// <summary>An image keeps the padding of its reader as a border up to so many values, or while it at most doubles.</summary>
    public const int PaddedValues = 1 << 20;

    /// <summary>Most pieces of an image that a patch is put together from in the code; each is a line, or part of one.</summary>
    public const int PatchParts = 96;

    /// <summary>Most groups of a convolution with literals: each has code of its own, where tables go through them in a loop.</summary>
    public const int GroupsInCode = 8;

    /// <summary>Most values of a pooling window that is written out.</summary>
    public const int WrittenOutWindow = 16;

    /// <summary>Most channels of a pool that is written out, 64 to a line.</summary>
    public const int WrittenOutChannels = 1024;

    /// <summary>Words with bits that nobody reads are cleared one by one up to so many; above that the weights are masked.</summary>
    public const int ClearedWords = 64;

    /// <summary>Words of constants in one model: 2^19 literals are 12 MB of source, and take the C# compiler some seconds.</summary>
    public const long ConstantWords = 1 << 19;

    /// <summary>Word operations that a model may unroll to, for a budget per layer.</summary>
    public static long ModelBudget(int layerBudget) => layerBudget * 5L / 2;
}
