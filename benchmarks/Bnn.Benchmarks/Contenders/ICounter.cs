using Bnn.Model;

namespace Bnn.Benchmarks.Contenders;

/// <summary>A way to count, for all channels of one layer, the input bits that differ from the weights.</summary>
internal interface ICounter
{
    /// <summary>Counts one position.</summary>
    /// <param name="values"><c>[K]</c> bytes: 0 or 1, or any byte where the counter was made for an eight-bit input.</param>
    /// <param name="counts">Receives <c>[channels]</c> counts in [0, MaxCount].</param>
    void Counts(ReadOnlySpan<byte> values, Span<int> counts);
}

/// <summary>Makes the counter of a layer.</summary>
/// <param name="weights"><c>[channels, K]</c>, columns in the order of the values.</param>
/// <param name="isEightBit">Whether values are bytes whose eight bits share a weight.</param>
internal delegate ICounter CounterFactory(WeightMatrix weights, bool isEightBit);
