using V = System.Runtime.Intrinsics.Vector256<float>;
using W = System.Runtime.Intrinsics.Vector512<float>;

namespace Bnn.Training;

/// <summary>What the backward pass takes for the slope of sign(y), which is 0 wherever it has one.</summary>
/// <remarks>A value type, so that each loop over it is compiled for it. Same bits on every vector width: lanes know nothing of each other.</remarks>
internal interface ISurrogate
{
    /// <summary>Gradient by y from the gradient by its sign: gradient · slope(y).</summary>
    V Pass(V gradient, V y);

    /// <summary>The same, lane by lane.</summary>
    W Pass(W gradient, W y);

    /// <summary>The continuous function that has this slope, in place of the sign: what gradient checks and full-precision networks compute.</summary>
    V Value(V y);
}
