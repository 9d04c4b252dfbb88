using System.Runtime.Intrinsics;
using V = System.Runtime.Intrinsics.Vector256<float>;
using W = System.Runtime.Intrinsics.Vector512<float>;

namespace Bnn.Training;

/// <summary>The power sign(y) · |y|^(1/order): a line for order 1, closer to the sign for each higher one.</summary>
/// <remarks>
/// Its slope |y|^(1/order − 1) / order is endless at 0: up to <see cref="Inner"/> the slope of the chord is taken, and beyond <see cref="Outer"/> none.
/// Both bounds are those of the source, arXiv:2308.06689.
/// </remarks>
internal readonly struct ResteSurrogate : ISurrogate
{
    /// <summary>Up to here the function is a line through 0.</summary>
    public const float Inner = 0.1f;

    /// <summary>From here on it is constant.</summary>
    public const float Outer = 1.5f;

    private readonly float _order, _chord;

    /// <param name="order">At least 1.</param>
    public ResteSurrogate(float order) => (_order, _chord) = (order, VectorMath.Power(Vector256.Create(Inner), 1 / order).ToScalar() / Inner);

    /// <inheritdoc/>
    public V Pass(V gradient, V y)
    {
        V size = Vector256.Abs(y);
        V power = VectorMath.Power(Vector256.Max(size, Vector256.Create(Inner)), (1 - _order) / _order) / Vector256.Create(_order);
        V slope = Vector256.ConditionalSelect(Vector256.LessThanOrEqual(size, Vector256.Create(Inner)), Vector256.Create(_chord), power);
        return (gradient * slope) & Vector256.LessThanOrEqual(size, Vector256.Create(Outer));
    }

    /// <inheritdoc/>
    public W Pass(W gradient, W y) => Vector512.Create(Pass(gradient.GetLower(), y.GetLower()), Pass(gradient.GetUpper(), y.GetUpper()));

    /// <inheritdoc/>
    public V Value(V y)
    {
        V size = Vector256.Min(Vector256.Abs(y), Vector256.Create(Outer));
        V power = VectorMath.Power(Vector256.Max(size, Vector256.Create(Inner)), 1 / _order);
        V value = Vector256.ConditionalSelect(Vector256.LessThanOrEqual(size, Vector256.Create(Inner)), size * Vector256.Create(_chord), power);
        return Vector256.ConditionalSelect(Vector256.LessThan(y, V.Zero), -value, value);
    }
}
